package dev.lpar.operator.plan;

import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent.Pages;
import java.util.List;

/** The first thing that keeps a partition off a blade. */
public sealed interface Obstacle {
  record MemoryTaken(Pages pages, MemorySize need, MemorySize free) implements Obstacle {}

  /** CPUs for dedicated vCPUs; the one that stays for shared partitions isn't free. */
  record CpusTaken(int need, int free) implements Obstacle {}

  /** Every CPU is dedicated: none is left to share. */
  record NothingShared() implements Obstacle {}

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
