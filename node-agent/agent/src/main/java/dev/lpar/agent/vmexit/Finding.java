package dev.lpar.agent.vmexit;

/**
 * What exits cost more than they need to, and how to have fewer of them.
 *
 * @param message the figures, the cause and the change, in sentences
 */
public record Finding(FindingReason reason, String message) {}
