package dev.lpar.agent.plan;

import dev.lpar.model.DeviceIdentity;
import dev.lpar.model.LparId;
import dev.lpar.model.PciAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is written down of a function before it is taken from its driver: what it was, and how to
 * give it back. Good for one boot of the blade, like the address.
 *
 * @param identity as read while its own driver had it: vfio-pci can't tell a serial number
 * @param nativeDriver the driver it had, and goes back to; null when none had it
 * @param formerOverride the {@code driver_override} it had, or null
 * @param partition that it is held for; null when it was given back
 * @param problem what went wrong with it, or null
 */
public record HeldDevice(
    PciAddress address,
    DeviceIdentity identity,
    @Nullable String nativeDriver,
    @Nullable String formerOverride,
    @Nullable LparId partition,
    @Nullable String problem) {

  /** A function as it is before anything is done to it. */
  static HeldDevice of(PciFunction function, LparId partition) {
    return new HeldDevice(
        function.address(),
        function.identity(),
        function.driver(),
        function.driverOverride(),
        partition,
        null);
  }

  /** The same function, for another holder: what is known of its driver stays. */
  HeldDevice heldFor(LparId newPartition) {
    return new HeldDevice(address, identity, nativeDriver, formerOverride, newPartition, null);
  }

  /**
   * The function as it is known here, while nobody can tell as much: vfio-pci doesn't, and a driver
   * that takes it back needs a moment until it can.
   */
  public PciFunction known(PciFunction function) {
    var told = function.identity();
    return identity.matches(told) || identity.contradicts(told)
        ? function
        : function.knownAs(identity);
  }

  public HeldDevice withProblem(@Nullable String newProblem) {
    return new HeldDevice(address, identity, nativeDriver, formerOverride, partition, newProblem);
  }

  /**
   * Whether there is nothing left to remember: another function sits at the address by now, or the
   * one that was given back is with its driver, and tells again what it is.
   */
  boolean settledBy(PciFunction function) {
    return identity.contradicts(function.identity())
        || (partition == null
            && Objects.equals(nativeDriver, function.driver())
            && !function.recalled());
  }

  /**
   * Given back, to be forgotten when its driver has it and tells what it is.
   *
   * @param why what is wrong: its driver didn't take it; null when nothing is
   */
  public HeldDevice givenBack(@Nullable String why) {
    return new HeldDevice(address, identity, nativeDriver, formerOverride, null, why);
  }
}
