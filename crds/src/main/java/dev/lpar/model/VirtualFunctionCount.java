package dev.lpar.model;

/**
 * How many virtual functions (SR-IOV) a physical one is to have.
 *
 * @param passthroughDevice that asks for them
 * @param identity what the physical function is
 */
public record VirtualFunctionCount(String passthroughDevice, DeviceIdentity identity, int count) {}
