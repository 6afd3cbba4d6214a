package dev.lpar.agent.host;

import dev.lpar.qemu.qmp.QmpConnection;
import dev.lpar.qemu.qmp.QmpException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * A guest of one vCPU whose firmware does nothing but leave guest mode, over and over, and which
 * stands still but for the spans that are measured.
 */
final class ExitBoundGuest implements AutoCloseable {
  /** CPUID, forever. */
  static final String CPUID = "0fa2";

  /**
   * CPUID of leaf 10, subleaf 1, which leaves 0 in ECX, and with that a read of MSR 0, forever: one
   * hit of kvm:kvm_cpuid, then one of kvm:kvm_msr.
   */
  static final String CPUID_AND_MSR = "66b80a00000066b9010000000fa20f32";

  /** Of a 64 KiB firmware; the processor starts 16 bytes before its end. */
  private static final int CODE = 0xff00;

  private static final int RESET = 0xfff0;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Process qemu;
  private final QmpConnection qmp;
  private final long thread;
  private final String statistic;
  private final int perExit;

  /**
   * @param cpuNanos that the vCPU's thread had
   */
  record Span(long exits, long cpuNanos) {
    double nanosPerExit() {
      return (double) cpuNanos / exits;
    }
  }

  private ExitBoundGuest(Process qemu, QmpConnection qmp, String statistic, int perExit)
      throws IOException {
    this.qemu = qemu;
    this.qmp = qmp;
    this.statistic = statistic;
    this.perExit = perExit;
    try {
      this.thread = qmp.vcpuThreads().getFirst();
    } catch (QmpException e) {
      throw new IOException(e);
    }
  }

  /**
   * @param code of real mode, in hexadecimal; is repeated forever
   * @param statistic of KVM that grows with the exits
   * @param perExit by how much
   * @param cpu of the host that the vCPU is to run on
   */
  static ExitBoundGuest start(Path folder, String code, String statistic, int perExit, int cpu)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    var socket = folder.resolve("qmp");
    Files.deleteIfExists(socket);
    var firmware = Files.write(folder.resolve("firmware"), firmware(code));
    var qemu =
        BenchProcess.start(
            folder.resolve("qemu.log"),
            List.of(
                "/usr/bin/qemu-system-x86_64",
                "-accel",
                "kvm",
                "-cpu",
                "qemu64",
                "-machine",
                "q35",
                "-m",
                "32",
                "-nodefaults",
                "-no-user-config",
                "-display",
                "none",
                "-S",
                "-qmp",
                "unix:" + socket + ",server=on,wait=off",
                "-bios",
                firmware.toString()));
    try {
      var guest = new ExitBoundGuest(qemu, connect(socket), statistic, perExit);
      BenchProcess.run("/usr/bin/taskset", "-p", "-c", "" + cpu, "" + guest.thread);
      return guest;
    } catch (IOException e) {
      qemu.destroyForcibly();
      throw e;
    }
  }

  private static QmpConnection connect(Path socket) throws IOException, InterruptedException {
    var end = Instant.now().plus(LIMIT);
    while (true) {
      try {
        return QmpConnection.connect(socket, LIMIT);
      } catch (QmpException e) {
        if (Instant.now().isAfter(end)) {
          throw new IOException("QEMU doesn't answer", e);
        }
        Thread.sleep(100);
      }
    }
  }

  private static byte[] firmware(String code) {
    var firmware = new byte[1 << 16];
    var loop = HexFormat.of().parseHex(code);
    System.arraycopy(loop, 0, firmware, CODE, loop.length);
    jump(firmware, CODE + loop.length);
    jump(firmware, RESET);
    return firmware;
  }

  /** A near jump to the code. */
  private static void jump(byte[] firmware, int at) {
    int distance = CODE - (at + 3);
    firmware[at] = (byte) 0xe9;
    firmware[at + 1] = (byte) distance;
    firmware[at + 2] = (byte) (distance >> 8);
  }

  long pid() {
    return qemu.pid();
  }

  /** Lets it run for a while. Its thread has stopped when its CPU time is read: that is exact. */
  Span run(Duration time) throws IOException, InterruptedException {
    try {
      long exits = exits();
      long cpu = BenchProcess.threadNanos(qemu.pid(), thread);
      qmp.cont();
      Thread.sleep(time);
      qmp.stop();
      return new Span(exits() - exits, BenchProcess.threadNanos(qemu.pid(), thread) - cpu);
    } catch (QmpException e) {
      throw new IOException(e);
    }
  }

  private long exits() throws QmpException {
    return Objects.requireNonNull(
            qmp.vcpuStatistics(List.of(statistic)).get(statistic),
            () -> "no KVM statistic " + statistic)
        / perExit;
  }

  @Override
  public void close() {
    qmp.close();
    BenchProcess.end(qemu);
  }
}
