package dev.lpar.agent.plan;

import dev.lpar.model.LparId;
import dev.lpar.model.PartitionIntent;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be told of one partition.
 *
 * @param intent the intent reported on: the wanted one, else the activated one, else null
 * @param message why it is so, in a sentence; null where the situation says it all
 * @param pid of its QEMU, or null
 * @param activatedAt start of the present activation; null when there is none
 * @param restartRequired fields of the Lpar's spec that differ from what was activated
 * @param cpu null while it has none
 * @param devices its pass-through devices, and those it has yet to let go of
 */
public record PartitionReport(
    LparId id,
    @Nullable PartitionIntent intent,
    Situation situation,
    @Nullable String message,
    @Nullable Long pid,
    @Nullable String qemuVersion,
    @Nullable Instant activatedAt,
    int restarts,
    List<String> restartRequired,
    List<Attachment> devices,
    @Nullable CpuReport cpu) {

  public PartitionReport {
    restartRequired = List.copyOf(restartRequired);
    devices = List.copyOf(devices);
  }

  PartitionReport with(List<Attachment> attachments) {
    return new PartitionReport(
        id,
        intent,
        situation,
        message,
        pid,
        qemuVersion,
        activatedAt,
        restarts,
        restartRequired,
        attachments,
        cpu);
  }

  PartitionReport with(@Nullable CpuReport newCpu) {
    return new PartitionReport(
        id,
        intent,
        situation,
        message,
        pid,
        qemuVersion,
        activatedAt,
        restarts,
        restartRequired,
        devices,
        newCpu);
  }
}
