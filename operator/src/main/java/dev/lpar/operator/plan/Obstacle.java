package dev.lpar.operator.plan;

import dev.lpar.model.CpuPlan.Shortage;
import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent.Pages;
import java.util.List;

/** The first thing that keeps a partition off a blade. */
public sealed interface Obstacle {
  record MemoryTaken(Pages pages, MemorySize need, MemorySize free) implements Obstacle {}

  /**
   * Whole cores for dedicated vCPUs.
   *
   * @param threads how many hardware threads each has to have
   * @param hostShares whether the host has no CPU of its own, so that one stays shared in any case
   */
  record CoresTaken(Shortage shortage, int threads, int sharedMinimum, boolean hostShares)
      implements Obstacle {}

  /** Its cores would be the last shared CPUs, which another partition runs on. */
  record LastSharedTaken(String user) implements Obstacle {}

  /** Every CPU is dedicated or the host's: none is left to share. */
  record NothingShared() implements Obstacle {}

  /** The ratio is of more CPUs than there are vCPUs, each of which runs on one at a time. */
  record RatioUnusable(int ratio, int sharedCpus, int vcpus) implements Obstacle {}

  record RatioTaken(int need, int free) implements Obstacle {}

  record DiskTaken(String blockDevice, String owner) implements Obstacle {}

  /**
   * @param reasons one for each device that can't be had
   */
  record DevicesLacking(List<String> reasons) implements Obstacle {}

  /** A device that is named is on another blade. */
  record DeviceElsewhere(String passthroughDevice, String blade) implements Obstacle {}

  /** As many partitions as a Blade object can list. */
  record Full(int partitions) implements Obstacle {}

  record NoVirtualization() implements Obstacle {}

  record InMaintenance() implements Obstacle {}

  record NotReady() implements Obstacle {}

  /** Labels that {@code placement.bladeSelector} asks for are missing. */
  record NotSelected() implements Obstacle {}

  /** {@code placement.blade} names another. */
  record NotNamed(String pin) implements Obstacle {}
}
