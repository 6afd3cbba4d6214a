package dev.lpar.operator.apply;

import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;

/**
 * The field managers of the operator. What one applies, it owns as a whole: a field left out of its
 * next apply is removed. So labels, partitions, virtual functions and traces of a Blade, written at
 * different moments, are applied by managers of their own.
 */
public final class FieldManagers {
  /** Statuses, and {@code Blade.spec.partitions}. */
  public static final String OPERATOR = "lpar-operator";

  /** A Blade and its labels, as mirrored from its Node. */
  public static final String NODE_MIRROR = "lpar-operator-node";

  /** {@code Blade.spec.virtualFunctions}. */
  public static final String FUNCTIONS = "lpar-operator-functions";

  /** {@code Blade.spec.exitTraces}. */
  public static final String TRACES = "lpar-operator-traces";

  /** The PassthroughDevices of devices that nobody has declared. */
  public static final String DISCOVERY = "lpar-operator-discovery";

  private FieldManagers() {}

  /** Server-side apply that takes over fields others hold and refuses fields the schema hasn't. */
  static PatchContext applyAs(String manager) {
    return new PatchContext.Builder()
        .withPatchType(PatchType.SERVER_SIDE_APPLY)
        .withFieldManager(manager)
        .withForce(true)
        .withFieldValidation("Strict")
        .build();
  }
}
