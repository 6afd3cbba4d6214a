package dev.lpar.agent.execute;

import dev.lpar.agent.host.Cpus;
import dev.lpar.agent.host.Devices;
import dev.lpar.agent.host.ExitTracer;
import dev.lpar.agent.host.Guests;
import dev.lpar.agent.host.HostException;
import dev.lpar.agent.host.HugePages;
import dev.lpar.agent.host.PartitionFiles;
import dev.lpar.agent.host.QemuStore;
import dev.lpar.agent.plan.HostStep;
import dev.lpar.agent.plan.HostStep.ArrangeCpus;
import dev.lpar.agent.plan.HostStep.ClearFailedUnit;
import dev.lpar.agent.plan.HostStep.ClearRunDirectory;
import dev.lpar.agent.plan.HostStep.ConfineHost;
import dev.lpar.agent.plan.HostStep.EndTrace;
import dev.lpar.agent.plan.HostStep.ForceOff;
import dev.lpar.agent.plan.HostStep.ForgetDevice;
import dev.lpar.agent.plan.HostStep.GrantGroups;
import dev.lpar.agent.plan.HostStep.HoldDevice;
import dev.lpar.agent.plan.HostStep.LayOutQemu;
import dev.lpar.agent.plan.HostStep.OverrideDriver;
import dev.lpar.agent.plan.HostStep.PauseGuest;
import dev.lpar.agent.plan.HostStep.PlugDevice;
import dev.lpar.agent.plan.HostStep.PressPowerButton;
import dev.lpar.agent.plan.HostStep.ProbeDriver;
import dev.lpar.agent.plan.HostStep.RemovePartition;
import dev.lpar.agent.plan.HostStep.RemoveQemu;
import dev.lpar.agent.plan.HostStep.RemoveTrace;
import dev.lpar.agent.plan.HostStep.ReserveHugePages;
import dev.lpar.agent.plan.HostStep.ResetDevice;
import dev.lpar.agent.plan.HostStep.ResumeGuest;
import dev.lpar.agent.plan.HostStep.ReturnDevice;
import dev.lpar.agent.plan.HostStep.RotateConsole;
import dev.lpar.agent.plan.HostStep.SaveRecord;
import dev.lpar.agent.plan.HostStep.SetVirtualFunctions;
import dev.lpar.agent.plan.HostStep.StartGuest;
import dev.lpar.agent.plan.HostStep.StartTrace;
import dev.lpar.agent.plan.HostStep.SteerInterrupts;
import dev.lpar.agent.plan.HostStep.TakeFromHost;
import dev.lpar.agent.plan.HostStep.TakeFromVfio;
import dev.lpar.agent.plan.HostStep.UnplugDevice;

/** Carries steps out. */
public final class StepExecutor {
  private final Guests guests;
  private final PartitionFiles files;
  private final QemuStore qemu;
  private final HugePages hugePages;
  private final Devices devices;
  private final Cpus cpus;
  private final ExitTracer tracer;

  public StepExecutor(
      Guests guests,
      PartitionFiles files,
      QemuStore qemu,
      HugePages hugePages,
      Devices devices,
      Cpus cpus,
      ExitTracer tracer) {
    this.guests = guests;
    this.files = files;
    this.qemu = qemu;
    this.hugePages = hugePages;
    this.devices = devices;
    this.cpus = cpus;
    this.tracer = tracer;
  }

  public Outcome execute(HostStep step) {
    try {
      carryOut(step);
      return new Outcome.Done();
    } catch (HostException e) {
      return new Outcome.Refused(e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }

  private void carryOut(HostStep step) {
    switch (step) {
      case LayOutQemu(var version) -> qemu.layOut(version);
      case RemoveQemu(var version) -> qemu.remove(version);
      case ReserveHugePages(var size, var pages) -> hugePages.reserve(size, pages);
      case SetVirtualFunctions(var device, var count) -> devices.setVirtualFunctions(device, count);
      case ConfineHost(var set) -> cpus.confineHost(set);
      case SteerInterrupts(var interrupts) -> cpus.steer(interrupts);
      case ArrangeCpus(var id, var pid, var threads, var arrangement) ->
          cpus.arrange(id, pid, threads, arrangement);
      case SaveRecord(var record) -> files.save(record);
      case StartGuest start -> guests.start(start);
      case PressPowerButton(var id) -> guests.pressPowerButton(id);
      case ForceOff(var id) -> guests.forceOff(id);
      case PauseGuest(var id) -> guests.pause(id);
      case ResumeGuest(var id) -> guests.resume(id);
      case HoldDevice(var entry, _) -> devices.hold(entry);
      case OverrideDriver(_, var device, var driver) -> devices.override(device, driver);
      case TakeFromHost(_, var device, var driver) -> devices.takeFromHost(device, driver);
      case TakeFromVfio(_, var device) -> devices.takeFromVfio(device);
      case ProbeDriver(_, var device) -> devices.probe(device);
      case ResetDevice(_, var device) -> devices.reset(device);
      case ReturnDevice(_, var device) -> devices.giveBack(device);
      case ForgetDevice(var entry) -> devices.forget(entry);
      case GrantGroups(var id, var pid, var groups) -> guests.grant(id, pid, groups);
      case PlugDevice plug -> guests.plug(plug);
      case UnplugDevice(var id, var name, _) -> guests.unplug(id, name);
      case StartTrace(var order, var pid) -> tracer.start(order, pid);
      case EndTrace(var id, var why) -> tracer.end(id, why);
      case RemoveTrace(var id) -> tracer.remove(id);
      case RotateConsole(var id) -> files.rotateConsole(id);
      case ClearRunDirectory(var id) -> files.clearRunDirectory(id);
      case ClearFailedUnit(var id) -> guests.clearFailed(id);
      case RemovePartition(var id) -> {
        guests.clearFailed(id);
        files.remove(id);
      }
    }
  }
}
