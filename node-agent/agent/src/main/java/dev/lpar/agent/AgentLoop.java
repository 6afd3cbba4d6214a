package dev.lpar.agent;

import dev.lpar.agent.execute.Lanes;
import dev.lpar.agent.observe.HostObserver;
import dev.lpar.agent.observe.Inventory;
import dev.lpar.agent.plan.HostPlan;
import dev.lpar.agent.plan.HostPlanner;
import dev.lpar.agent.plan.ObservedHost;
import dev.lpar.agent.report.BladeFollower;
import dev.lpar.agent.report.StatusComposer;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Look, plan, act, tell; again when something changes, and every two seconds. */
final class AgentLoop {
  private static final System.Logger LOG = System.getLogger(AgentLoop.class.getName());

  /** Between looks when nothing is going on: how late the end of a guest may be noticed. */
  private static final Duration CALM = Duration.ofSeconds(2);

  /** Between looks while something is under way. */
  private static final Duration BUSY = Duration.ofMillis(500);

  private final String version;
  private final BladeFollower blade;
  private final Supplier<Inventory> inventory;
  private final HostObserver observer;
  private final Lanes lanes;
  private final Consumer<StatusComposer.Sources> tell;
  private final InstantSource clock;
  private final WakeUp wake;
  private @Nullable String fault;
  private volatile boolean looked;

  AgentLoop(
      String version,
      BladeFollower blade,
      Supplier<Inventory> inventory,
      HostObserver observer,
      Lanes lanes,
      Consumer<StatusComposer.Sources> tell,
      WakeUp wake,
      InstantSource clock) {
    this.version = version;
    this.blade = blade;
    this.inventory = inventory;
    this.observer = observer;
    this.lanes = lanes;
    this.tell = tell;
    this.wake = wake;
    this.clock = clock;
  }

  /** Whether the last look at the blade went well. */
  boolean looksWell() {
    return looked;
  }

  /** Runs until interrupted. A look that fails is tried again: guests don't depend on it. */
  void run() throws InterruptedException {
    while (true) {
      var wait = BUSY;
      try {
        wait = round() ? CALM : BUSY;
        if (fault != null) {
          LOG.log(Level.INFO, "looks at the blade again; the fault was: {0}", fault);
        }
        fault = null;
        looked = true;
      } catch (RuntimeException e) {
        looked = false;
        wait = CALM;
        if (!e.toString().equals(fault)) {
          LOG.log(Level.ERROR, "can't look at the blade; guests run on, tries again", e);
        }
        fault = e.toString();
      }
      wake.await(wait);
    }
  }

  /** One round. Returns whether the blade is calm. */
  private boolean round() {
    var busy = lanes.busy();
    var desired = blade.desired();
    var read = blade.blade();
    ObservedHost host = observer.observe(desired, lanes.whatWasRefused());
    HostPlan plan = HostPlanner.plan(desired, host, clock.instant());
    lanes.carryOut(plan, busy);
    tell.accept(
        new StatusComposer.Sources(
            version,
            read == null ? null : read.getMetadata().getGeneration(),
            read == null ? null : read.getSpec(),
            desired,
            inventory.get(),
            host,
            plan));
    return plan.settled();
  }
}
