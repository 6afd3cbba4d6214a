package dev.lpar.qemu.args;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.qemu.args.GuestConfig.Disk;
import dev.lpar.qemu.args.GuestConfig.Firmware;
import dev.lpar.qemu.args.GuestConfig.Memory;
import dev.lpar.qemu.args.GuestConfig.Pages;
import dev.lpar.qemu.args.GuestConfig.Processors;
import dev.lpar.qemu.qmp.QmpConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A disk boots under either firmware, with the QEMU of the agent's image and our command line. It
 * runs on this machine and not on a blade, where UEFI can't be emulated within an emulation: what
 * differs from a guest of a blade is in {@link #EMULATED} and in {@link #start}.
 */
class FirmwareE2E {
  private static final Duration LIMIT = Duration.ofSeconds(240);

  /** Emulation instead of KVM, a file instead of a block device. */
  private static final Map<String, String> EMULATED =
      Map.of(
          "accel=kvm", "accel=tcg",
          "host,migratable=off", "max",
          "driver=host_device", "driver=file");

  @TempDir Path run;

  @ParameterizedTest
  @ValueSource(strings = {"UEFI", "BIOS"})
  void aDiskBoots(String kind) throws Exception {
    var root = setting("LPAR_QEMU_ROOT");
    var disk = Files.copy(setting("LPAR_BOOT_DISK"), run.resolve("disk"));
    Firmware firmware =
        switch (kind) {
          case "UEFI" ->
              new Firmware.Uefi(
                  Files.copy(inside(root, Firmware.Uefi.VARIABLES_TEMPLATE), run.resolve("vars.fd"))
                      .toString());
          default -> new Firmware.Bios();
        };
    var guest =
        new GuestConfig(
            "test/" + kind,
            new Processors.Shared(1),
            new Memory(256L << 20, Pages.SIZE_4KI, null),
            firmware,
            List.of(new Disk("root", disk.toString(), 1)),
            "6c5a5b64-93a5-4b6f-9c37-1ef1bb4c1f3a",
            "SN-" + kind,
            run.toString());

    var qemu = start(root, guest);
    try {
      goOn(qemu);
      var console = awaitConsole(qemu);
      assertTrue(console.contains("LPAR-GUEST firmware " + kind), console);
      assertTrue(endsByPowerButton(qemu), "the power button ends the guest and QEMU");
    } finally {
      qemu.destroyForcibly().waitFor();
    }
  }

  /** Presses again, as the agent does: a guest that has just come up may miss the first press. */
  private boolean endsByPowerButton(Process qemu) throws Exception {
    var socket = run.resolve(QemuCommandLine.QMP_SOCKET);
    for (int press = 0; press < 6 && qemu.isAlive(); press++) {
      try (var qmp = QmpConnection.connect(socket, Duration.ofSeconds(10))) {
        qmp.systemPowerdown();
      }
      if (qemu.waitFor(10, TimeUnit.SECONDS)) {
        return true;
      }
    }
    return false;
  }

  private Process start(Path root, GuestConfig guest) throws IOException {
    var line = new ArrayList<String>();
    // The image's own loader and libraries: nothing of this machine is needed but its kernel.
    line.add(inside(root, "/lib64/ld-linux-x86-64.so.2").toString());
    line.add("--library-path");
    line.add(inside(root, "/usr/lib/x86_64-linux-gnu").toString());
    for (var argument : QemuCommandLine.of(guest)) {
      var emulated = argument.replace("filename=/usr/share", "filename=" + root + "/usr/share");
      for (var replacement : EMULATED.entrySet()) {
        emulated = emulated.replace(replacement.getKey(), replacement.getValue());
      }
      line.add(
          emulated.equals(QemuCommandLine.PROGRAM) ? inside(root, emulated).toString() : emulated);
    }
    for (var data : List.of("/usr/share/qemu", "/usr/share/seabios")) {
      line.add("-L");
      line.add(inside(root, data).toString());
    }
    return new ProcessBuilder(line)
        .redirectErrorStream(true)
        .redirectOutput(run.resolve("qemu.log").toFile())
        .start();
  }

  /** As the agent does once all is set up. */
  private void goOn(Process qemu) throws Exception {
    var socket = run.resolve(QemuCommandLine.QMP_SOCKET);
    var deadline = System.nanoTime() + LIMIT.toNanos();
    while (!Files.exists(socket) && System.nanoTime() < deadline && qemu.isAlive()) {
      Thread.sleep(50);
    }
    try (var qmp = QmpConnection.connect(socket, LIMIT)) {
      qmp.cont();
    }
  }

  private String awaitConsole(Process qemu) throws IOException, InterruptedException {
    var log = run.resolve(QemuCommandLine.CONSOLE_LOG);
    var deadline = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < deadline && !qemu.waitFor(200, TimeUnit.MILLISECONDS)) {
      if (Files.exists(log) && Files.readString(log).contains("LPAR-GUEST ready")) {
        return Files.readString(log);
      }
    }
    throw new AssertionError(
        "the guest doesn't come up; QEMU: "
            + Files.readString(run.resolve("qemu.log"))
            + "; console: "
            + (Files.exists(log) ? Files.readString(log) : "none"));
  }

  private static Path inside(Path root, String path) {
    return root.resolve(path.substring(1));
  }

  private static Path setting(String variable) {
    return Path.of(
        Objects.requireNonNull(
            System.getenv(variable), variable + " isn't set: run this test by hack/test"));
  }
}
