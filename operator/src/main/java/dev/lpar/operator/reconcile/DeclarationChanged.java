package dev.lpar.operator.reconcile;

import dev.lpar.api.v1alpha1.PassthroughDevice;
import dev.lpar.operator.observe.Devices;
import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;

/** What a PassthroughDevice shows in its status follows from Blades, which are watched anyway. */
public class DeclarationChanged implements OnUpdateFilter<PassthroughDevice> {
  @Override
  public boolean accept(PassthroughDevice now, PassthroughDevice before) {
    return !Devices.object(now).equals(Devices.object(before));
  }
}
