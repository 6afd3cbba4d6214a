package dev.lpar.operator.plan;

import java.util.Map;
import java.util.stream.Collectors;

/** A pass-through device that an Lpar asks for. */
public sealed interface DeviceNeed {
  /** The device's name within the partition. */
  String name();

  /** Whether the object is what is asked for. */
  boolean accepts(DeviceObject object);

  /** A certain one; the partition lives on its blade. */
  record Named(String name, String passthroughDevice) implements DeviceNeed {
    @Override
    public boolean accepts(DeviceObject object) {
      return object.name().equals(passthroughDevice);
    }

    /** {@code hba (blade-1-hba-a)}, as reasons begin. */
    String words() {
      return "%s (%s)".formatted(name, passthroughDevice);
    }

    /** {@code devices[hba].passthroughDevice blade-1-hba-a}. */
    String field() {
      return "devices[%s].passthroughDevice %s".formatted(name, passthroughDevice);
    }
  }

  /** Any one that carries these labels. */
  record Selected(String name, Map<String, String> labels) implements DeviceNeed {
    public Selected {
      labels = Map.copyOf(labels);
    }

    @Override
    public boolean accepts(DeviceObject object) {
      return object.labels().entrySet().containsAll(labels.entrySet());
    }

    /** {@code lpar.dev/class=nic,fabric=storage}. */
    String words() {
      return labels.entrySet().stream()
          .map(label -> label.getKey() + "=" + label.getValue())
          .sorted()
          .collect(Collectors.joining(","));
    }
  }
}
