package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.BLADE;
import static dev.lpar.e2e.Lab.await;
import static dev.lpar.e2e.Lab.onBlade;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.api.v1alpha1.Blade;
import dev.lpar.api.v1alpha1.Phase;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A guest's memory comes out of the blade's pool of huge pages, and goes back there. */
class HugePagesE2E {
  private static final int POOL_PAGES = 128;
  private static final int GUEST_PAGES = 64;

  @Test
  void aGuestTakesItsPagesFromThePoolAndGivesThemBack() {
    reserve("256Mi");
    var partition = Partition.apply(Partition.smallGuest("huge", "", "").replace("4Ki", "2Mi"));
    partition.awaitPhase(Phase.RUNNING);
    partition.awaitConsole("LPAR-GUEST ready");
    assertEquals(POOL_PAGES - GUEST_PAGES, pages("HugePages_Free"));
    partition.delete();
    assertEquals(POOL_PAGES, pages("HugePages_Free"));
    reserve("0Mi");
    assertEquals(0, pages("HugePages_Total"));
  }

  /** Sets the pool's size as kubectl's user does, and waits until the blade has it. */
  private static void reserve(String size) {
    var blades = Lab.CLIENT.resources(Blade.class).withName(BLADE);
    blades.patch(
        new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager("kubectl")
            .build(),
        """
        { "apiVersion": "lpar.dev/v1alpha1", "kind": "Blade", "metadata": { "name": "%s" },
          "spec": { "hugePages": { "2Mi": "%s" } } }
        """
            .formatted(BLADE, size));
    await(
        size + " in huge pages",
        () -> blades.get().getStatus().allocatable().hugePages(),
        given ->
            (given == null ? Map.<String, String>of() : given)
                .getOrDefault("2Mi", "0Mi")
                .equals(size));
  }

  private static int pages(String field) {
    return Integer.parseInt(onBlade("awk '/^" + field + ":/ { print $2 }' /proc/meminfo"));
  }
}
