package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a partition stands with a pass-through device. */
public enum AttachmentReason {
  /** The guest has it. */
  @JsonProperty("Attached")
  ATTACHED,
  /** Taken from the host and kept for the partition, whose guest is off. */
  @JsonProperty("Reserved")
  RESERVED,
  /** Being taken from the host, or given to the guest. */
  @JsonProperty("Attaching")
  ATTACHING,
  /** The guest was asked to let go of it, or it is being given back to the host. */
  @JsonProperty("Detaching")
  DETACHING,
  /** The guest was asked to let go of it and hasn't within the time for it. */
  @JsonProperty("GuestHoldsDevice")
  GUEST_HOLDS_DEVICE,
  /** QEMU or the guest refused it; the message has their words. */
  @JsonProperty("AttachFailed")
  ATTACH_FAILED,
  /** The blade has no device of this identity. */
  @JsonProperty("DeviceMissing")
  DEVICE_MISSING,
  /** The identity matches several devices of the blade. */
  @JsonProperty("DeviceAmbiguous")
  DEVICE_AMBIGUOUS,
  /** The host itself needs the device, or another one of its IOMMU group. */
  @JsonProperty("NeededByHost")
  NEEDED_BY_HOST,
  /** A process of the host has it open; the message names it. */
  @JsonProperty("HeldByProcess")
  HELD_BY_PROCESS,
  /** Another partition has it, or another device of its IOMMU group. */
  @JsonProperty("HeldByPartition")
  HELD_BY_PARTITION,
  /** The blade has no IOMMU, so that a guest's device could write anywhere. */
  @JsonProperty("IommuMissing")
  IOMMU_MISSING,
  /** Its driver doesn't let go, or vfio-pci doesn't take it; the message has the kernel's words. */
  @JsonProperty("BindFailed")
  BIND_FAILED
}
