package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.onBlade;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** The lab itself, as far as others rely on it. */
class LabE2E {
  @Test
  void upAgainLeavesWhatRunsAsItIs() {
    var bootId = onBlade("cat /proc/sys/kernel/random/boot_id");
    Lab.lab("up").orFail();
    assertEquals(bootId, onBlade("cat /proc/sys/kernel/random/boot_id"));
  }
}
