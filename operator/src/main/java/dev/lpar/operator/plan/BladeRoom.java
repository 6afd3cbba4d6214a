package dev.lpar.operator.plan;

import dev.lpar.model.LparId;
import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.DiskIntent;
import dev.lpar.model.PartitionIntent.Pages;
import dev.lpar.model.PartitionIntent.Processors;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is left on a blade once its partitions have theirs. A stopped partition keeps what it has:
 * reservations are capacity.
 */
record BladeRoom(Capacity capacity, List<PartitionIntent> placed) {
  /** The schema's limit of {@code Blade.spec.partitions}. */
  private static final int MOST_PARTITIONS = 64;

  static BladeRoom of(BladeView blade) {
    return new BladeRoom(blade.capacity(), blade.assigned());
  }

  /** The room there would be if the partition weren't there. */
  static BladeRoom without(BladeView blade, LparId id) {
    return new BladeRoom(
        blade.capacity(),
        blade.assigned().stream().filter(intent -> !intent.id().equals(id)).toList());
  }

  /** What keeps a partition out that isn't there yet. */
  Optional<Obstacle> obstacle(PartitionIntent intent) {
    return Stream.of(
            cpuObstacle(intent.cpu()),
            memoryObstacle(intent),
            diskObstacle(intent.disks()),
            fullObstacle())
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** What keeps a change out: only what differs is judged, so that power and names always pass. */
  Optional<Obstacle> obstacle(PartitionIntent was, PartitionIntent wanted) {
    boolean sameCpu = was.cpu().equals(wanted.cpu());
    boolean sameMemory = was.pages() == wanted.pages() && was.memory().equals(wanted.memory());
    var held = was.disks().stream().map(DiskIntent::blockDevice).toList();
    var added = wanted.disks().stream().filter(disk -> !held.contains(disk.blockDevice())).toList();
    return Stream.of(
            sameCpu ? Optional.<Obstacle>empty() : cpuObstacle(wanted.cpu()),
            sameMemory ? Optional.<Obstacle>empty() : memoryObstacle(wanted),
            diskObstacle(added))
        .flatMap(Optional::stream)
        .findFirst();
  }

  int sharedCpus() {
    return Math.max(0, capacity.cpus() - dedicatedCpus());
  }

  MemorySize freeMemory(Pages pages) {
    var taken =
        placed.stream()
            .filter(intent -> intent.pages() == pages)
            .map(PartitionIntent::memory)
            .reduce(MemorySize.ZERO, MemorySize::plus);
    return capacity.memoryIn(pages).minusOrZero(taken);
  }

  private Optional<Obstacle> cpuObstacle(Processors cpu) {
    return switch (cpu) {
      case Processors.Dedicated(int vcpus, int _) -> {
        boolean shares =
            placed.stream().anyMatch(intent -> intent.cpu() instanceof Processors.Shared);
        int free = Math.max(0, sharedCpus() - (shares ? 1 : 0));
        yield vcpus > free ? Optional.of(new Obstacle.CpusTaken(vcpus, free)) : Optional.empty();
      }
      case Processors.Shared(int _, int ratio, boolean _) -> {
        int free = Math.max(0, capacity.serviceRatio() - givenRatio());
        if (sharedCpus() == 0) {
          yield Optional.of(new Obstacle.NothingShared());
        }
        yield ratio > free ? Optional.of(new Obstacle.RatioTaken(ratio, free)) : Optional.empty();
      }
    };
  }

  private Optional<Obstacle> memoryObstacle(PartitionIntent intent) {
    var free = freeMemory(intent.pages());
    return intent.memory().compareTo(free) > 0
        ? Optional.of(new Obstacle.MemoryTaken(intent.pages(), intent.memory(), free))
        : Optional.empty();
  }

  private Optional<Obstacle> diskObstacle(List<DiskIntent> disks) {
    return placed.stream()
        .flatMap(
            owner ->
                owner.disks().stream()
                    .map(DiskIntent::blockDevice)
                    .filter(
                        taken -> disks.stream().anyMatch(disk -> disk.blockDevice().equals(taken)))
                    .map(taken -> (Obstacle) new Obstacle.DiskTaken(taken, owner.displayName())))
        .findFirst();
  }

  private Optional<Obstacle> fullObstacle() {
    return placed.size() >= MOST_PARTITIONS
        ? Optional.of(new Obstacle.Full(MOST_PARTITIONS))
        : Optional.empty();
  }

  private int dedicatedCpus() {
    return placed.stream()
        .mapToInt(
            intent -> intent.cpu() instanceof Processors.Dedicated(int vcpus, int _) ? vcpus : 0)
        .sum();
  }

  private int givenRatio() {
    return placed.stream()
        .mapToInt(
            intent -> intent.cpu() instanceof Processors.Shared shared ? shared.serviceRatio() : 0)
        .sum();
  }
}
