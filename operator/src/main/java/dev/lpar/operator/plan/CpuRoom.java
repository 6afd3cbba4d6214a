package dev.lpar.operator.plan;

import dev.lpar.api.v1alpha1.BladeDevice;
import dev.lpar.model.CpuPlan;
import dev.lpar.model.CpuPlan.Request;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Processors;
import dev.lpar.model.PartitionIntent.Processors.Dedicated;
import dev.lpar.model.PartitionIntent.Processors.Shared;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is left of a blade's CPUs once its partitions have theirs. Which cores a dedicated partition
 * would get is asked of the planner that the agent asks too, so that what has a place has its
 * cores.
 *
 * @param placed in the order of the Blade's spec
 */
record CpuRoom(BladeView blade, List<PartitionIntent> placed) {

  /** What keeps a partition out that isn't there yet. */
  Optional<Obstacle> obstacle(PartitionIntent intent) {
    return switch (intent.cpu()) {
      case Dedicated dedicated -> coresLacking(intent, dedicated);
      case Shared shared ->
          Stream.of(nothingShared(), unusable(shared), ratioTaken(shared))
              .flatMap(Optional::stream)
              .findFirst();
    };
  }

  /**
   * What keeps a change out. Who asks for less of the shared CPUs than before is always heard, also
   * when there have become more of them.
   */
  Optional<Obstacle> obstacle(Processors was, PartitionIntent wanted) {
    if (was.equals(wanted.cpu())) {
      return Optional.empty();
    }
    if (!(was instanceof Shared before && wanted.cpu() instanceof Shared after)) {
      return obstacle(wanted);
    }
    boolean wantsMore = after.serviceRatio() > before.serviceRatio();
    boolean canUseLess = after.vcpus() < before.vcpus();
    return Stream.of(
            wantsMore || canUseLess ? unusable(after) : Optional.<Obstacle>empty(),
            wantsMore ? ratioTaken(after) : Optional.<Obstacle>empty())
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** Shared CPUs while all dedicated partitions are active: what a ratio can count on. */
  int sharedCpus() {
    return plan(Stream.empty()).shared().size();
  }

  private Optional<Obstacle> coresLacking(PartitionIntent intent, Dedicated cpu) {
    var plan = plan(Stream.of(request(intent, cpu)));
    var shortage = plan.lacking().get(intent.id());
    return shortage == null
        ? lastSharedTaken(plan)
        : Optional.of(
            new Obstacle.CoresTaken(
                shortage,
                cpu.threadsPerCore(),
                blade.cpus().sharedMinimum(),
                blade.cpus().hostShares()));
  }

  /** Where nothing has to stay shared, what shared partitions run on still does. */
  private Optional<Obstacle> lastSharedTaken(CpuPlan plan) {
    return placed.stream()
        .filter(other -> plan.shared().isEmpty() && other.cpu() instanceof Shared)
        .findFirst()
        .map(other -> new Obstacle.LastSharedTaken(other.displayName()));
  }

  private Optional<Obstacle> nothingShared() {
    return sharedCpus() == 0 ? Optional.of(new Obstacle.NothingShared()) : Optional.empty();
  }

  private Optional<Obstacle> unusable(Shared cpu) {
    int shared = sharedCpus();
    return cpu.serviceRatio() * shared > cpu.vcpus() * 100
        ? Optional.of(new Obstacle.RatioUnusable(cpu.serviceRatio(), shared, cpu.vcpus()))
        : Optional.empty();
  }

  private Optional<Obstacle> ratioTaken(Shared cpu) {
    int given =
        placed.stream()
            .mapToInt(other -> other.cpu() instanceof Shared shared ? shared.serviceRatio() : 0)
            .sum();
    int free = Math.max(0, blade.capacity().serviceRatio() - given);
    return cpu.serviceRatio() > free
        ? Optional.of(new Obstacle.RatioTaken(cpu.serviceRatio(), free))
        : Optional.empty();
  }

  /** With one that comes last: it takes no cores that another counts on. */
  private CpuPlan plan(Stream<Request> last) {
    var first =
        placed.stream()
            .flatMap(
                intent ->
                    intent.cpu() instanceof Dedicated dedicated
                        ? Stream.of(request(intent, dedicated))
                        : Stream.empty());
    return blade.cpus().plan(Stream.concat(first, last).toList());
  }

  private Request request(PartitionIntent intent, Dedicated cpu) {
    return new Request(
        intent.id(),
        cpu.vcpus(),
        cpu.threadsPerCore(),
        intent.devices().stream()
            .flatMap(device -> blade.inventory().only(device.identity()).stream())
            .map(BladeDevice::numaNode)
            .filter(Objects::nonNull)
            .distinct()
            .toList(),
        blade.cpus().pins().getOrDefault(intent.id(), List.of()));
  }
}
