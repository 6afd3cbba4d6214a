package dev.lpar.qemu.qmp;

import java.util.Arrays;

/** QEMU's RunState (qapi/run-state.json). */
public enum RunState {
  DEBUG("debug"),
  INMIGRATE("inmigrate"),
  INTERNAL_ERROR("internal-error"),
  IO_ERROR("io-error"),
  PAUSED("paused"),
  POSTMIGRATE("postmigrate"),
  PRELAUNCH("prelaunch"),
  FINISH_MIGRATE("finish-migrate"),
  RESTORE_VM("restore-vm"),
  RUNNING("running"),
  SAVE_VM("save-vm"),
  SHUTDOWN("shutdown"),
  SUSPENDED("suspended"),
  WATCHDOG("watchdog"),
  GUEST_PANICKED("guest-panicked"),
  COLO("colo");

  private final String wire;

  RunState(String wire) {
    this.wire = wire;
  }

  static RunState parse(String text) throws QmpException {
    return Arrays.stream(values())
        .filter(state -> state.wire.equals(text))
        .findFirst()
        .orElseThrow(() -> new QmpException("QEMU is in a run state unknown here: " + text));
  }
}
