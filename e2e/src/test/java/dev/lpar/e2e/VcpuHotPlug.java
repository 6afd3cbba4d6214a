package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.id;
import static dev.lpar.e2e.Lab.onBlade;

import dev.lpar.api.v1alpha1.Lpar;

/** Hot-plug of a running guest's last vCPU, by QEMU itself: no partition's spec can ask for it. */
final class VcpuHotPlug {
  /**
   * QEMU serves one client at a time: this one waits behind the agent, ends the agent, and is
   * served before the next agent.
   */
  private static final String SCRIPT =
      """
      use IO::Socket::UNIX;
      my ($path, $limit) = @ARGV;
      my $qmp = IO::Socket::UNIX->new($path) or die "no QMP at $path: $!\\n";
      $SIG{ALRM} = sub { die "QMP: no answer within $limit s\\n" };
      alarm $limit;
      sub await {
        while (my $line = <$qmp>) {
          die "QMP: $line" if $line =~ /^\\{"error"/;
          return $line if $line =~ $_[0];
        }
        die "QMP: closed\\n";
      }
      sub execute {
        print $qmp "$_[0]\\n";
        $qmp->flush;
        await(qr/"return"/);
      }
      system(do { local $/; <STDIN> }) and die "no agent to end\\n";
      await(qr/"QMP"/);
      execute(q({"execute": "qmp_capabilities"}));
      my $vcpus = execute(q({"execute": "query-hotpluggable-cpus"}));
      my ($place, $device, $driver) =
        $vcpus =~ /\\{"props": \\{([^}]+)\\}, "vcpus-count": 1, "qom-path": "([^"]+)", "type": "([^"]+)"\\}/;
      $place =~ /-id": [1-9]/ or die "no vCPU but the first: $vcpus";
      execute(qq({"execute": "device_del", "arguments": {"id": "$device"}}));
      await(qr/"DEVICE_DELETED"/);
      execute(qq({"execute": "device_add", "arguments": {"driver": "$driver", $place}}));
      """;

  private VcpuHotPlug() {}

  /**
   * Takes the last vCPU out and puts one in, on another thread of QEMU's. Ends the agent, whose
   * connection to QEMU it needs. The guest has yet to bring the new vCPU online.
   */
  static void replaceLast(Lpar lpar) {
    onBlade(
        "perl -e '%s' /run/lpar/%s/qmp %d <<'COMMAND'\n%s\nCOMMAND"
            .formatted(SCRIPT, id(lpar), Lab.LONG.toSeconds() / 2, Agent.KILL));
  }
}
