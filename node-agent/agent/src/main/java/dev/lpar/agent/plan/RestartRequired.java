package dev.lpar.agent.plan;

import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Boot;
import java.util.ArrayList;
import java.util.List;

/** Which changes of a Lpar's spec wait for its next activation. */
final class RestartRequired {
  private RestartRequired() {}

  /**
   * The fields, as the Lpar's spec names them, in which the wanted differs from the activated. CPU
   * mode, ratio and cap are not among them: they don't shape the guest.
   */
  static List<String> fields(PartitionIntent wanted, PartitionIntent activated) {
    var fields = new ArrayList<String>();
    if (wanted.cpu().vcpus() != activated.cpu().vcpus()) {
      fields.add("cpu.vcpus");
    }
    if (!wanted.memory().equals(activated.memory())) {
      fields.add("memory.size");
    }
    if (wanted.pages() != activated.pages()) {
      fields.add("memory.pageSize");
    }
    if (wanted.boot().getClass() != activated.boot().getClass()) {
      fields.add("firmware");
    } else if (wanted.boot() instanceof Boot.Direct && !wanted.boot().equals(activated.boot())) {
      fields.add("directBoot");
    }
    if (!wanted.disks().equals(activated.disks())) {
      fields.add("disks");
    }
    if (!wanted.identity().equals(activated.identity())) {
      fields.add("identity");
    }
    return fields;
  }
}
