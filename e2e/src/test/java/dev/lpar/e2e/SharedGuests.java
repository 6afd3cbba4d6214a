package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.BLADE;
import static dev.lpar.e2e.Lab.await;
import static dev.lpar.e2e.Lab.id;
import static dev.lpar.e2e.Lab.onBlade;
import static dev.lpar.e2e.Partition.smallGuest;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.BladeStatus.CpuSets;
import dev.lpar.e2e.ShareCase.Member;
import dev.lpar.model.CpuSet;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The partitions of a case, brought about through Lpars alone. */
final class SharedGuests {
  private final Map<String, Partition> partitions = new LinkedHashMap<>();
  private final int vcpus;
  private List<Member> now = List.of();

  /**
   * @param vcpus of each partition
   */
  SharedGuests(int vcpus) {
    this.vcpus = vcpus;
  }

  /** How many CPUs are shared at present. */
  static int sharedCpus() {
    return shared().size();
  }

  /** As the Blade says. */
  static CpuSet shared() {
    return CpuSet.parse(Objects.requireNonNull(cpuSets().shared()));
  }

  /** Gives the operating system a CPU of its own, that what it does isn't measured. */
  static CpuSet reserveHostCpu() {
    Lab.CLIENT
        .resources(Blade.class)
        .withName(BLADE)
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"hostReserved\":{\"cpus\":1}}}");
    return CpuSet.parse(await("the host's CPU", () -> cpuSets().host(), found -> found != null));
  }

  private static CpuSets cpuSets() {
    return await(
        "the Blade's CPU sets",
        () -> Lab.CLIENT.resources(Blade.class).withName(BLADE).get().getStatus().cpuSets(),
        found -> found != null && found.shared() != null);
  }

  Partition partition(Member member) {
    return partitions.get(member.partition());
  }

  List<String> ids(List<Member> members) {
    return members.stream().map(member -> id(partition(member).get())).toList();
  }

  /** Brings about the case, and waits until the blade has it and all spin that are to. */
  void become(ShareCase wanted) {
    for (var name : List.copyOf(partitions.keySet())) {
      if (!wanted.partitions().contains(name)) {
        partitions.remove(name).delete();
      }
    }
    // Those that spin leave newcomers the CPUs to boot on; and no sum of ratios is ever above 100.
    now.stream().filter(this::exists).forEach(member -> set(member.partition(), 1, false));
    var newcomers = wanted.members().stream().filter(member -> !exists(member)).toList();
    newcomers.forEach(this::create);
    newcomers.forEach(member -> partition(member).awaitConsole("LPAR-GUEST ready"));
    newcomers.stream().filter(member -> !member.idle()).forEach(this::spin);
    now = wanted.members();
    apply(wanted);
  }

  /** The case's ratios and caps, on partitions that are there. */
  void apply(ShareCase wanted) {
    wanted.members().forEach(member -> set(member.partition(), member.ratio(), member.capped()));
    wanted.members().forEach(this::awaitOnTheBlade);
  }

  private boolean exists(Member member) {
    return partitions.containsKey(member.partition());
  }

  private void create(Member member) {
    var manifest =
        smallGuest(member.partition(), "", "")
            .replace(
                "vcpus: 1, mode: Shared, serviceRatio: 10",
                "vcpus: %d, mode: Shared, serviceRatio: %d".formatted(vcpus, member.ratio()))
            .replace("graceSeconds: 60", "graceSeconds: 0");
    partitions.put(member.partition(), Partition.apply(manifest));
  }

  private void spin(Member member) {
    partition(member)
        .inGuest(
            "for _ in $(seq %d); do (while :; do :; done) >/dev/null 2>&1 & done".formatted(vcpus));
  }

  private void set(String name, int ratio, boolean capped) {
    partitions
        .get(name)
        .patch("{\"spec\":{\"cpu\":{\"serviceRatio\":%d,\"capped\":%s}}}".formatted(ratio, capped));
  }

  /** The control group is to say what the Lpar says; all shared CPUs are no cap. */
  private void awaitOnTheBlade(Member member) {
    var id = id(partition(member).get());
    int shared = sharedCpus();
    await(
        member + " on the blade",
        () -> controls(id),
        found ->
            found.size() == 3
                && found.getFirst().equals(Integer.toString(100 * member.ratio()))
                && (member.capped() && member.ratio() < 100
                    ? isCap(found, member.ratio(), shared)
                    : found.get(1).equals("max")));
  }

  static boolean isCap(List<String> controls, int ratio, int shared) {
    return !controls.get(1).equals("max")
        && Math.abs(
                Double.parseDouble(controls.get(1)) / Double.parseDouble(controls.get(2))
                    - ratio * shared / 100.0)
            < 1e-3;
  }

  /** Weight, quota and period of a partition, as its control group has them. */
  static List<String> controls(String id) {
    var text =
        onBlade(
            "cat %s %s 2>/dev/null || true"
                .formatted(CpuMeter.file(id, "cpu.weight"), CpuMeter.file(id, "vcpus/cpu.max")));
    return new ArrayList<>(List.of(text.strip().split("\\s+")));
  }

  void deleteAll() {
    partitions.values().forEach(Partition::startDeleting);
    partitions.values().forEach(Partition::delete);
    partitions.clear();
    now = List.of();
  }
}
