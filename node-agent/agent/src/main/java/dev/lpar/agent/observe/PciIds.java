package dev.lpar.agent.observe;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Names of vendors and devices, from the blade's pci.ids. The file has more than a megabyte and
 * hardly ever changes: it is read line by line when there is an id that wasn't looked up before,
 * and only the names asked for are kept. For one thread.
 */
final class PciIds {
  private final HostFiles files;
  private final Map<String, String> names = new HashMap<>();
  private final Set<String> lookedUp = new HashSet<>();

  PciIds(HostFiles files) {
    this.files = files;
  }

  /**
   * Reads what isn't known yet.
   *
   * @param ids vendor and device, such as 10df:e300
   */
  void lookUp(Set<String> ids) {
    if (lookedUp.containsAll(ids)) {
      return;
    }
    lookedUp.addAll(ids);
    var file =
        files
            .open("usr/share/misc/pci.ids")
            .or(() -> files.open("usr/share/hwdata/pci.ids"))
            .orElse(null);
    if (file == null) {
      return;
    }
    try (var lines = new BufferedReader(Channels.newReader(file, StandardCharsets.UTF_8))) {
      read(lines);
    } catch (IOException e) {
      lookedUp.clear();
    }
  }

  /** Vendor and device by name; a device that the file doesn't know by its number. */
  @Nullable String name(String id) {
    var vendor = names.get(id.substring(0, 4));
    return vendor == null
        ? null
        : vendor + " " + names.getOrDefault(id, "Device " + id.substring(5));
  }

  /** Vendors start a line, their devices follow after a tab, subsystems after two. */
  private void read(BufferedReader lines) throws IOException {
    var vendors = new HashSet<String>();
    lookedUp.forEach(id -> vendors.add(id.substring(0, 4)));
    var vendor = "";
    for (var line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("C ")) {
        return;
      }
      if (line.length() > 6 && line.startsWith("  ", 4) && line.charAt(0) != '#') {
        vendor = vendors.contains(line.substring(0, 4)) ? line.substring(0, 4) : "";
        keep(vendor, line.substring(6));
      } else if (!vendor.isEmpty() && line.length() > 7 && line.startsWith("  ", 5)) {
        var id = vendor + ":" + line.substring(1, 5);
        keep(lookedUp.contains(id) ? id : "", line.substring(7));
      }
    }
  }

  private void keep(String id, String name) {
    if (!id.isEmpty()) {
      names.put(id, name.strip());
    }
  }
}
