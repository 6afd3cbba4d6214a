package dev.lpar.operator.plan;

import dev.lpar.model.LparId;
import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.DiskIntent;
import dev.lpar.model.PartitionIntent.Pages;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is left on a blade once its partitions have theirs. A stopped partition keeps what it has:
 * reservations are capacity.
 */
record BladeRoom(BladeView blade, List<PartitionIntent> placed) {
  /** The schema's limit of {@code Blade.spec.partitions}. */
  private static final int MOST_PARTITIONS = 64;

  static BladeRoom of(BladeView blade) {
    return new BladeRoom(blade, blade.assigned());
  }

  /** The room there would be if the partition weren't there. */
  static BladeRoom without(BladeView blade, LparId id) {
    return new BladeRoom(
        blade, blade.assigned().stream().filter(intent -> !intent.id().equals(id)).toList());
  }

  /** What keeps a partition out that isn't there yet. */
  Optional<Obstacle> obstacle(PartitionIntent intent) {
    return Stream.of(
            cpus().obstacle(intent),
            memoryObstacle(intent),
            diskObstacle(intent.disks()),
            fullObstacle())
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** What keeps a change out: only what differs is judged, so that power and names always pass. */
  Optional<Obstacle> obstacle(PartitionIntent was, PartitionIntent wanted) {
    boolean sameMemory = was.pages() == wanted.pages() && was.memory().equals(wanted.memory());
    var held = was.disks().stream().map(DiskIntent::blockDevice).toList();
    var added = wanted.disks().stream().filter(disk -> !held.contains(disk.blockDevice())).toList();
    return Stream.of(
            cpus().obstacle(was.cpu(), wanted),
            sameMemory ? Optional.<Obstacle>empty() : memoryObstacle(wanted),
            diskObstacle(added))
        .flatMap(Optional::stream)
        .findFirst();
  }

  MemorySize freeMemory(Pages pages) {
    var taken =
        placed.stream()
            .filter(intent -> intent.pages() == pages)
            .map(PartitionIntent::memory)
            .reduce(MemorySize.ZERO, MemorySize::plus);
    return blade.capacity().memoryIn(pages).minusOrZero(taken);
  }

  private CpuRoom cpus() {
    return new CpuRoom(blade, placed);
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
}
