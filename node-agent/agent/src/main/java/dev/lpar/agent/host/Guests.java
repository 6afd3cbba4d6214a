package dev.lpar.agent.host;

import dev.lpar.agent.plan.HostStep.StartGuest;
import dev.lpar.agent.plan.ObservedPartition.RunState;
import dev.lpar.agent.plan.ObservedPartition.Unit;
import dev.lpar.model.LparId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The guests of the blade, each a unit of the host's systemd with a QEMU in it. Every call ends,
 * also when a QEMU hangs; what can't be done is a {@link HostException} that says why.
 */
public interface Guests {
  /** Units of partitions, whoever started them. */
  Map<LparId, Unit> units();

  /** Asks QEMU. */
  Look look(LparId id);

  /** Starts the guest unless its unit is there. Returns when systemd has started it. */
  void start(StartGuest order);

  void pressPowerButton(LparId id);

  /** Ends the unit. Returns when it has ended. */
  void forceOff(LparId id);

  void pause(LparId id);

  void resume(LparId id);

  /** Lets systemd forget a failed unit; no unit is no error. */
  void clearFailed(LparId id);

  /**
   * @param exits VM exits of all vCPUs since QEMU's start; null when QEMU can't tell
   */
  record Look(RunState state, @Nullable Long exits) {}
}
