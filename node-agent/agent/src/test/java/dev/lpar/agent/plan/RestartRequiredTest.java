package dev.lpar.agent.plan;

import static dev.lpar.agent.plan.Intents.A;
import static dev.lpar.agent.plan.Intents.intent;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Boot;
import dev.lpar.model.PartitionIntent.CrashPolicy;
import dev.lpar.model.PartitionIntent.DiskIntent;
import dev.lpar.model.PartitionIntent.HardwareIdentity;
import dev.lpar.model.PartitionIntent.Pages;
import dev.lpar.model.PartitionIntent.Power;
import dev.lpar.model.PartitionIntent.Processors;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RestartRequiredTest {
  private static final PartitionIntent OLD = intent(A);

  static Stream<Arguments> changes() {
    return Stream.of(
        row("nothing", OLD),
        row("cpu.vcpus", change(new Processors.Shared(2, 25, false), OLD)),
        row("nothing", change(new Processors.Shared(1, 50, true), OLD)),
        row("cpu.mode", change(new Processors.Dedicated(1, 1), OLD)),
        row("memory.size", Intents.memory(OLD, "512Mi", Pages.SIZE_4KI)),
        row("memory.pageSize", Intents.memory(OLD, "256Mi", Pages.SIZE_2MI)),
        row("firmware", change(new Boot.Uefi(), OLD)),
        row("directBoot", change(new Boot.Direct(Intents.KERNEL, null, "quiet"), OLD)),
        row("disks", Intents.disk(OLD, "/dev/sda")),
        row("identity", identity("another")),
        row("nothing", Intents.devices(OLD, "hba=S1")),
        row("nothing", Intents.grace(OLD, 5)),
        row("nothing", Intents.onCrash(OLD, CrashPolicy.STOP)),
        row("nothing", Intents.power(OLD, Power.PAUSED)));
  }

  private static Arguments row(String fields, PartitionIntent wanted) {
    return Arguments.of(fields, wanted);
  }

  private static PartitionIntent change(Processors cpu, PartitionIntent of) {
    return with(cpu, of.boot(), of.identity(), of);
  }

  private static PartitionIntent change(Boot boot, PartitionIntent of) {
    return with(of.cpu(), boot, of.identity(), of);
  }

  private static PartitionIntent identity(String serial) {
    return with(OLD.cpu(), OLD.boot(), new HardwareIdentity(A.text(), serial), OLD);
  }

  private static PartitionIntent with(
      Processors cpu, Boot boot, HardwareIdentity identity, PartitionIntent of) {
    return new PartitionIntent(
        of.id(),
        of.namespace(),
        of.name(),
        2,
        of.power(),
        of.graceSeconds(),
        of.onCrash(),
        cpu,
        MemorySize.parse("256Mi"),
        of.pages(),
        boot,
        List.<DiskIntent>of(),
        of.devices(),
        identity);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("changes")
  void namesTheFieldsOfTheSpecThatWaitForTheNextActivation(String fields, PartitionIntent wanted) {
    var expected = fields.equals("nothing") ? List.of() : List.of(fields);
    assertEquals(expected, RestartRequired.fields(wanted, OLD));
  }
}
