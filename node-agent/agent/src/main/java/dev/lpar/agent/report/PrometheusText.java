package dev.lpar.agent.report;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Writes metrics in Prometheus' text exposition format, version 0.0.4. */
final class PrometheusText {
  static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  enum Kind {
    COUNTER,
    GAUGE,
    HISTOGRAM
  }

  private final StringBuilder text = new StringBuilder();

  /** Starts a metric; its samples follow. */
  PrometheusText metric(String name, Kind kind, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ');
    text.append(kind.name().toLowerCase(Locale.ROOT)).append('\n');
    return this;
  }

  /**
   * @param labels names and values, in turn
   */
  PrometheusText sample(String name, double value, String... labels) {
    var pairs = new LinkedHashMap<String, String>();
    for (int i = 0; i < labels.length; i += 2) {
      pairs.put(labels[i], labels[i + 1]);
    }
    return sample(name, value, pairs);
  }

  private PrometheusText sample(String name, double value, Map<String, String> labels) {
    text.append(name);
    var separator = "{";
    for (var label : labels.entrySet()) {
      text.append(separator).append(label.getKey()).append("=\"");
      text.append(escaped(label.getValue())).append('"');
      separator = ",";
    }
    text.append(labels.isEmpty() ? " " : "} ");
    if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
      text.append((long) value);
    } else {
      text.append(value);
    }
    text.append('\n');
    return this;
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
