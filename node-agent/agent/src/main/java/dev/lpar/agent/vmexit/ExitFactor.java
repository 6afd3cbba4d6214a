package dev.lpar.agent.vmexit;

/**
 * Why a guest was left, in one name for all exits that are alike.
 *
 * @param name such as {@code CR3 write} or {@code I/O ACPI PM timer}
 */
public record ExitFactor(String name, ExitGroup group) {}
