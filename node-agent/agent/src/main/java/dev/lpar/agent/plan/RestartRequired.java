package dev.lpar.agent.plan;

import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Boot;
import dev.lpar.model.PartitionIntent.Processors;
import java.util.ArrayList;
import java.util.List;

/** Which changes of a Lpar's spec wait for its next activation. */
final class RestartRequired {
  private RestartRequired() {}

  /**
   * The fields, as the Lpar's spec names them, in which the wanted differs from the activated. A
   * service ratio and its cap are not among them: they don't shape the guest.
   */
  static List<String> fields(PartitionIntent wanted, PartitionIntent activated) {
    var fields = new ArrayList<String>();
    if (wanted.cpu().vcpus() != activated.cpu().vcpus()) {
      fields.add("cpu.vcpus");
    }
    if (wanted.cpu().getClass() != activated.cpu().getClass()) {
      fields.add("cpu.mode");
    } else if (wanted.cpu() instanceof Processors.Dedicated asked
        && activated.cpu() instanceof Processors.Dedicated has
        && asked.threadsPerCore() != has.threadsPerCore()) {
      fields.add("cpu.threadsPerCore");
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
