package dev.lpar.operator.plan;

import dev.lpar.api.v1alpha1.AttachedDevice;
import dev.lpar.api.v1alpha1.PartitionCpu;
import dev.lpar.api.v1alpha1.PartitionMemory;
import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.api.v1alpha1.VmExits;
import dev.lpar.model.PartitionIntent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The status of an Lpar, in the plan's own types.
 *
 * @param cpuSummary such as "4 dedicated" or "25% of 8, capped"
 * @param cpu what the agent set and measured
 * @param memory where the agent put it
 * @param inForce the settings in force
 * @param announcements Events to record when this status is written
 */
public record LparProjection(
    long observedGeneration,
    Phase phase,
    @Nullable String blade,
    String cpuSummary,
    @Nullable PartitionCpu cpu,
    @Nullable PartitionMemory memory,
    PartitionIntent inForce,
    List<AttachedDevice> devices,
    @Nullable VmExits exits,
    @Nullable Integer restarts,
    List<StatusCondition> conditions,
    List<Announcement> announcements) {}
