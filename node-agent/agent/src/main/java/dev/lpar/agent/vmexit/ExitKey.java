package dev.lpar.agent.vmexit;

/**
 * What exits are told apart by.
 *
 * @param reason as the processor gives it, with its flags (VMX: Intel SDM volume 3, appendix C;
 *     SVM: AMD APM volume 2, appendix C); unsigned, 32 bits
 * @param qualifier what {@link Qualifier} makes of the reason's details; 0 where it makes nothing
 */
public record ExitKey(Isa isa, long reason, int qualifier) {}
