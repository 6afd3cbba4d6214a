package dev.lpar.agent.host;

import dev.lpar.agent.plan.HeldDevice;
import dev.lpar.agent.plan.PciFunction;
import dev.lpar.model.PciAddress;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is done to the blade's PCI functions. Every call can be done again, and ends also when a
 * driver doesn't let go; what can't be done is a {@link HostException} that says why.
 */
public interface Devices {
  /** What is written down, in this boot of the blade, of functions taken from their drivers. */
  Map<PciAddress, HeldDevice> held();

  /** The function with the driver that has it now. */
  PciFunction refresh(PciFunction function);

  /** Which process has a node of the function open, in words. */
  Optional<String> holder(PciAddress device);

  /** Writes down what the function is, unless it is held for another partition. */
  void hold(HeldDevice entry);

  /** Takes away what is written down, if that is still this: it may be held anew. */
  void forget(HeldDevice entry);

  /**
   * @param driver null takes the override away
   */
  void override(PciAddress device, @Nullable String driver);

  /** Takes the function from its driver, unless the host needs it or a process has it open. */
  void takeFromHost(PciAddress device, String driver);

  void takeFromVfio(PciAddress device);

  /**
   * Has a physical function have so many virtual ones, unless it or one of those it has is held for
   * a partition or a process has one open. One that has so many already is left as it is.
   */
  void setVirtualFunctions(PciAddress device, int count);

  /** Lets a driver bind the function; returns when one has. */
  void probe(PciAddress device);

  /** Resets the function; that it can't be reset is written down as its problem. */
  void reset(PciAddress device);

  /**
   * Writes down that the partition is rid of the function, and whether its own driver has it again.
   */
  void giveBack(PciAddress device);
}
