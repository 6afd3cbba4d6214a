package dev.lpar.agent.systemd;

import dev.lpar.agent.systemd.UnitState.Active;
import dev.lpar.model.CpuSet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** systemd as the agent sees it: refuses a second unit of a name, keeps failed ones. */
public final class FakeTransientUnits implements TransientUnits {
  private final Map<String, UnitState> units = new TreeMap<>();
  private final List<UnitSpec> started = new ArrayList<>();
  public final Map<String, Integer> weights = new TreeMap<>();
  public final Map<String, CpuSet> confined = new TreeMap<>();
  private long nextPid = 1000;

  @Override
  public synchronized StartOutcome start(UnitSpec unit) {
    if (units.containsKey(unit.name())) {
      return new StartOutcome.AlreadyExists();
    }
    started.add(unit);
    var state =
        new UnitState(
            unit.name(),
            Active.ACTIVE,
            Optional.of(nextPid++),
            "success",
            0,
            unit.rootDirectory().toString());
    units.put(unit.name(), state);
    return new StartOutcome.Started(state);
  }

  @Override
  public synchronized void stop(String unitName, Duration limit) {
    units.computeIfPresent(unitName, (_, state) -> state.active() == Active.FAILED ? state : null);
  }

  @Override
  public synchronized void resetFailed(String unitName) {
    units.computeIfPresent(unitName, (_, state) -> state.active() == Active.FAILED ? null : state);
  }

  @Override
  public void allow(String unitName, Path folder, List<Path> nodes) {}

  @Override
  public synchronized void weigh(String unitName, int weight) {
    weights.put(unitName, weight);
  }

  @Override
  public synchronized void confine(String unitName, CpuSet cpus) {
    confined.put(unitName, cpus);
  }

  @Override
  public void loadModule(String module) {}

  @Override
  public synchronized List<UnitState> list() {
    return List.copyOf(units.values());
  }

  /** The unit's program ends: cleanly and the unit is gone, or not and it stays as failed. */
  public synchronized void ends(String unitName, String result, int status) {
    units.computeIfPresent(
        unitName,
        (_, state) ->
            result.equals("success")
                ? null
                : new UnitState(
                    unitName,
                    Active.FAILED,
                    Optional.empty(),
                    result,
                    status,
                    state.rootDirectory()));
  }

  /** Every unit ever started, in order. */
  public synchronized List<UnitSpec> started() {
    return List.copyOf(started);
  }
}
