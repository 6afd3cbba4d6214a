package dev.lpar.agent.execute;

import dev.lpar.agent.plan.Attachment;
import dev.lpar.agent.plan.HostPlan;
import dev.lpar.agent.plan.HostStep;
import dev.lpar.agent.plan.HostStep.ArrangeCpus;
import dev.lpar.agent.plan.HostStep.ConfineHost;
import dev.lpar.agent.plan.HostStep.DeviceStep;
import dev.lpar.agent.plan.HostStep.PlugDevice;
import dev.lpar.agent.plan.HostStep.StartGuest;
import dev.lpar.agent.plan.HostStep.UnplugDevice;
import dev.lpar.agent.plan.ObservedDevices.Refusal;
import dev.lpar.agent.plan.Refusals;
import dev.lpar.model.LparId;
import dev.lpar.model.PciAddress;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Carries plans out, each partition in a lane of its own (and the blade, and traces, in one each),
 * so that a slow step holds up no other partition. A lane does one list of steps at a time and ends
 * at the first that is refused.
 */
public final class Lanes {
  private static final System.Logger LOG = System.getLogger(Lanes.class.getName());

  /** After a refusal the lane rests, so that a blade that refuses isn't asked without pause. */
  private static final Duration REST = Duration.ofSeconds(2);

  private static final String BLADE = "blade";
  private static final String TRACES = "traces";

  private final Function<HostStep, Outcome> executor;
  private final Runnable lanePassed;
  private final Set<String> busy = ConcurrentHashMap.newKeySet();
  private final Map<String, String> refusals = new ConcurrentHashMap<>();
  private final Map<LparId, String> startRefusals = new ConcurrentHashMap<>();
  private final Map<PciAddress, Refusal> deviceRefusals = new ConcurrentHashMap<>();
  private final Map<LparId, String> cpuRefusals = new ConcurrentHashMap<>();
  private volatile @Nullable String hostCpusRefusal;

  /**
   * @param lanePassed called when a lane has come to its end and the blade should be looked at anew
   */
  public Lanes(Function<HostStep, Outcome> executor, Runnable lanePassed) {
    this.executor = executor;
    this.lanePassed = lanePassed;
  }

  /**
   * The lanes at work. Taken before a look at the blade: what the look says of their partitions may
   * be out of date by the time the plan is made.
   */
  public Set<String> busy() {
    return Set.copyOf(busy);
  }

  /** Why what was tried last didn't go. */
  public Refusals whatWasRefused() {
    return new Refusals(startRefusals, deviceRefusals, cpuRefusals, hostCpusRefusal);
  }

  /** Sets out to do a plan, but for the lanes that were busy when the blade was looked at. */
  public void carryOut(HostPlan plan, Set<String> busyBefore) {
    var work = new HashMap<String, List<? extends HostStep>>();
    plan.partitionSteps().forEach((id, steps) -> work.put(id.text(), steps));
    if (!plan.bladeSteps().isEmpty()) {
      work.put(BLADE, plan.bladeSteps());
    }
    if (!plan.traces().steps().isEmpty()) {
      work.put(TRACES, plan.traces().steps());
    }
    work.forEach(
        (lane, steps) -> {
          if (!busyBefore.contains(lane) && busy.add(lane)) {
            Thread.ofVirtual().name("lane " + lane).start(() -> run(lane, steps));
          }
        });
  }

  private void run(String lane, List<? extends HostStep> steps) {
    try {
      for (var step : steps) {
        if (step instanceof StartGuest start) {
          startRefusals.remove(start.partition());
          cpuRefusals.remove(start.partition());
        }
        if (attempt(lane, step) instanceof Outcome.Refused(var message)) {
          refused(lane, step, message);
          Thread.sleep(REST);
          return;
        }
        if (step instanceof DeviceStep done) {
          deviceRefusals.remove(done.device());
        }
        if (step instanceof ArrangeCpus done) {
          cpuRefusals.remove(done.partition());
        }
        if (step instanceof ConfineHost) {
          hostCpusRefusal = null;
        }
      }
      refusals.remove(lane);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      busy.remove(lane);
      lanePassed.run();
    }
  }

  private Outcome attempt(String lane, HostStep step) {
    long start = System.nanoTime();
    try {
      var outcome = executor.apply(step);
      LOG.log(
          Level.INFO,
          "{0}: {1} in {2} ms",
          lane,
          step.getClass().getSimpleName(),
          Long.toString((System.nanoTime() - start) / 1_000_000));
      return outcome;
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, lane + ": a fault in the agent at " + step, e);
      return new Outcome.Refused("a fault in the agent: " + e);
    }
  }

  private void refused(String lane, HostStep step, String message) {
    if (step instanceof StartGuest start) {
      startRefusals.put(start.partition(), message);
    }
    if (step instanceof ArrangeCpus arrange) {
      cpuRefusals.put(arrange.partition(), message);
    }
    if (step instanceof ConfineHost) {
      hostCpusRefusal = message;
    }
    if (step instanceof DeviceStep with) {
      deviceRefusals.put(with.device(), refusal(with, message));
    }
    var text = step.getClass().getSimpleName() + ": " + message;
    if (!text.equals(refusals.put(lane, text))) {
      LOG.log(Level.WARNING, "{0}: {1}", lane, text);
    }
  }

  /** What is to be told of a device whose step was refused. */
  static Refusal refusal(DeviceStep step, String message) {
    boolean byGuest = step instanceof PlugDevice || step instanceof UnplugDevice;
    return new Refusal(
        byGuest ? Attachment.State.ATTACH_FAILED : Attachment.State.BIND_FAILED, message);
  }
}
