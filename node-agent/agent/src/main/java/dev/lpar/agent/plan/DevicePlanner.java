package dev.lpar.agent.plan;

import dev.lpar.agent.plan.DeviceFinder.Answer;
import dev.lpar.agent.plan.HostStep.GrantGroups;
import dev.lpar.agent.plan.HostStep.PartitionStep;
import dev.lpar.agent.plan.HostStep.PlugDevice;
import dev.lpar.agent.plan.HostStep.UnplugDevice;
import dev.lpar.agent.plan.ObservedPartition.Guest;
import dev.lpar.agent.plan.ObservedPartition.Unit;
import dev.lpar.agent.plan.PartitionPlanner.Wish;
import dev.lpar.model.LparId;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.DeviceIntent;
import dev.lpar.model.PciAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Decides about pass-through devices. A function is with vfio-pci from the moment a partition of
 * the Blade's spec claims it until none does, whether the guest runs or not; what isn't known to be
 * unwanted is left alone.
 */
final class DevicePlanner {
  private final ObservedDevices devices;
  private final DeviceFinder finder;
  private final Instant now;

  DevicePlanner(ObservedHost host, Map<LparId, PartitionIntent> wanted, Instant now) {
    this.devices = host.devices();
    this.finder = new DeviceFinder(host, wanted);
    this.now = now;
  }

  DevicePlan plan(Wish wish, ObservedPartition seen) {
    var record = seen.record();
    var slots = record == null ? Map.<String, GuestSlot>of() : record.slots();
    return wish instanceof Wish.Undecided
        ? DevicePlan.undecided(slots)
        : new Round(wish, seen, slots).plan();
  }

  /** What a partition's guest has, by name; empty when that isn't known. */
  private static Optional<Map<String, PciAddress>> inGuest(ObservedPartition seen) {
    return switch (seen.unit()) {
      case Unit.Absent(), Unit.Failed _ -> Optional.of(Map.of());
      case Unit.Ending _ -> Optional.empty();
      case Unit.Live _ ->
          seen.guest() instanceof Guest.Answering(_, _, var attached, _)
              ? Optional.of(attached)
              : Optional.empty();
    };
  }

  /** One partition, one look. */
  private final class Round {
    private final Wish wish;
    private final ObservedPartition seen;
    private final GuestSlots slots;
    private final Optional<Map<String, PciAddress>> known;
    private final Map<String, PciAddress> inGuest;
    private final Map<DeviceIntent, Answer> answers = new LinkedHashMap<>();

    /** What the guest has and shouldn't: not wanted, or another function under a wanted name. */
    private final Map<String, PciAddress> leaving;

    Round(Wish wish, ObservedPartition seen, Map<String, GuestSlot> slots) {
      this.wish = wish;
      this.seen = seen;
      this.slots = new GuestSlots(slots);
      this.known = inGuest(seen);
      this.inGuest = known.orElse(Map.of());
      if (wish instanceof Wish.Keep(var intent)) {
        intent.devices().forEach(device -> answers.put(device, finder.find(device, intent)));
      }
      this.leaving = new TreeMap<>(inGuest);
      answers.forEach(
          (device, answer) -> {
            var function = answer.function();
            if (function == null || function.address().equals(leaving.get(device.name()))) {
              leaving.remove(device.name());
            }
          });
    }

    DevicePlan plan() {
      if (known.isPresent()) {
        var names = new HashSet<>(inGuest.keySet());
        answers.keySet().forEach(device -> names.add(device.name()));
        slots.keepOnly(names);
      }
      answers.keySet().forEach(d -> slots.assign(d, leaving.containsKey(d.name())));
      var hold = hold();
      var guest = guest();
      return new DevicePlan(
          release(),
          hold,
          guest,
          slots.all(),
          new Attachments(devices, slots, seen, now).of(answers, inGuest, leaving),
          complete());
    }

    private List<PartitionStep> hold() {
      var steps = new ArrayList<PartitionStep>();
      for (var member : needed()) {
        steps.addAll(FunctionSteps.take(member, devices.held().get(member.address()), seen.id()));
      }
      return steps;
    }

    /** All that the partition is to hold: whole groups. */
    private List<PciFunction> needed() {
      return answers.values().stream()
          .flatMap(
              answer ->
                  answer instanceof Answer.Found(_, var group) ? group.stream() : Stream.empty())
          .distinct()
          .toList();
    }

    /** What the running guest is given. One that is powering off is let be. */
    private List<PartitionStep> guest() {
      if (!(seen.unit() instanceof Unit.Live(var pid, _)) || !takesDevices()) {
        return List.of();
      }
      var steps = new ArrayList<PartitionStep>(plugs());
      if (!steps.isEmpty()) {
        var groups = groupsInGuest();
        needed()
            .forEach(function -> Optional.ofNullable(function.iommuGroup()).ifPresent(groups::add));
        steps.addFirst(new GrantGroups(seen.id(), pid, List.copyOf(groups)));
      }
      return steps;
    }

    /** What the running guest is asked to let go of. */
    private List<PartitionStep> unplugs() {
      var steps = new ArrayList<PartitionStep>();
      if (seen.unit() instanceof Unit.Live && takesDevices()) {
        leaving.forEach(
            (name, address) -> {
              if (slots.askToLeave(name, now)) {
                steps.add(new UnplugDevice(seen.id(), name, address));
              }
            });
      }
      return steps;
    }

    private boolean takesDevices() {
      var record = seen.record();
      return !wish.off()
          && !(record != null && record.stage() instanceof Stage.PoweringOff)
          && seen.guest() instanceof Guest.Answering(var state, _, _, _)
          && switch (state) {
            case STARTING, RUNNING, PAUSED -> true;
            case SHUT_DOWN, PANICKED, BROKEN -> false;
          };
    }

    private List<PartitionStep> plugs() {
      var plugs = new ArrayList<PartitionStep>();
      if (wish instanceof Wish.Keep(var intent)) {
        answers.forEach(
            (device, answer) -> {
              var slot = slots.of(device.name());
              if (answer instanceof Answer.Found(var function, _)
                  && slot != null
                  && !inGuest.containsKey(device.name())) {
                plugs.add(
                    new PlugDevice(
                        seen.id(),
                        device.name(),
                        function.address(),
                        slot.port(),
                        intent.memory()));
              }
            });
      }
      return plugs;
    }

    /** The IOMMU groups of what the guest has. */
    private Set<Integer> groupsInGuest() {
      var groups = new TreeSet<Integer>();
      inGuest
          .values()
          .forEach(at -> devices.at(at).map(PciFunction::iommuGroup).ifPresent(groups::add));
      return groups;
    }

    private List<PartitionStep> release() {
      var steps = new ArrayList<PartitionStep>();
      if (known.isPresent()) {
        Set<PciFunction> needed = new HashSet<>(needed());
        for (var address : new TreeSet<>(devices.held().keySet())) {
          var entry = Objects.requireNonNull(devices.held().get(address));
          devices
              .at(address)
              .filter(function -> seen.id().equals(entry.partition()))
              .filter(function -> !needed.contains(function) && outOfGuest(function))
              .ifPresent(
                  function -> steps.addAll(FunctionSteps.giveBack(function, entry, seen.id())));
        }
      }
      if (!steps.isEmpty() && seen.unit() instanceof Unit.Live(var pid, _)) {
        // What it is to have besides may not be with vfio-pci yet, and its group without a node.
        steps.addFirst(new GrantGroups(seen.id(), pid, List.copyOf(groupsInGuest())));
      }
      steps.addAll(unplugs());
      return steps;
    }

    private boolean outOfGuest(PciFunction function) {
      return devices.group(function).stream()
          .noneMatch(member -> inGuest.containsValue(member.address()));
    }

    /** Whether, once the steps are done, the guest has every device that is wanted. */
    private boolean complete() {
      return answers.entrySet().stream()
          .allMatch(
              entry ->
                  entry.getValue() instanceof Answer.Found
                      && slots.of(entry.getKey().name()) != null);
    }
  }
}
