package dev.lpar.api.v1alpha1;

/** Names of the API group, and of what it puts on objects of other groups. */
public final class ApiGroup {
  public static final String NAME = "lpar.dev";
  public static final String VERSION = "v1alpha1";

  /** A Node that carries this label, whatever its value, is a blade. */
  public static final String BLADE_LABEL = "lpar.dev/blade";

  /** Keeps an {@link Lpar} until its blade has reported the partition gone. */
  public static final String PARTITION_FINALIZER = "lpar.dev/partition";

  /** Keeps an {@link ExitTrace} until its blade has been told to remove the records. */
  public static final String TRACE_FINALIZER = "lpar.dev/trace";

  private ApiGroup() {}
}
