/** The exit tracer's programs in the kernel, and what they record. */
@org.jspecify.annotations.NullMarked
package dev.lpar.agent.vmexit.tracer;
