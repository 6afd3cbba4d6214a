package dev.lpar.operator.reconcile;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.BladeDeviceBuilder;
import dev.lpar.api.v1alpha1.BladeStatusBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DevicesChangedTest {
  private final BladeDevicesReconciler.DevicesChanged filter =
      new BladeDevicesReconciler.DevicesChanged();

  /** An agent may tell of its devices before it has read its Blade; they count from then on. */
  @Test
  void theFirstReportThatCountsIsAChangeThoughItsDevicesAreTheSame() {
    assertTrue(filter.accept(blade(1L, 10), blade(null, 10)));
  }

  @Test
  void whatElseIsReportedIsNone() {
    assertFalse(filter.accept(blade(2L, 20), blade(1L, 10)));
  }

  private static Blade blade(@Nullable Long observedGeneration, int more) {
    var blade = new Blade();
    blade.setStatus(
        BladeStatusBuilder.builder()
            .observedGeneration(observedGeneration)
            .sharedMinimumCpus(more)
            .devices(List.of(BladeDeviceBuilder.builder().address("0000:01:00.0").build()))
            .build());
    return blade;
  }
}
