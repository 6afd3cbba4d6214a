package dev.lpar.agent.vmexit;

/**
 * Why a guest was left, in one name for all exits that are alike.
 *
 * @param name such as {@code CR3 write} or {@code I/O port 0x608 (ACPI PM timer)}
 */
public record ExitFactor(String name, ExitGroup group) {}
