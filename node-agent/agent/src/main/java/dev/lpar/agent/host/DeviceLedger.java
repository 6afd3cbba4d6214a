package dev.lpar.agent.host;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lpar.agent.plan.HeldDevice;
import dev.lpar.model.DeviceIdentity;
import dev.lpar.model.LparId;
import dev.lpar.model.PciAddress;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What is written down of functions taken from their drivers: a file each, in a folder that a
 * reboot of the blade empties, as it gives every function back to its driver.
 */
final class DeviceLedger {
  private static final System.Logger LOG = System.getLogger(DeviceLedger.class.getName());
  private static final String SUFFIX = ".json";

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private final Path folder;
  private final Set<Path> unreadable = ConcurrentHashMap.newKeySet();

  DeviceLedger(Path folder) {
    this.folder = folder;
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Entry(
      DeviceIdentity identity,
      @Nullable String nativeDriver,
      @Nullable String formerOverride,
      @Nullable String partition,
      @Nullable String problem) {}

  Map<PciAddress, HeldDevice> entries() {
    var entries = new TreeMap<PciAddress, HeldDevice>();
    try (var files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (var file : files) {
        var name = file.getFileName().toString();
        var address = name.substring(0, name.length() - SUFFIX.length());
        if (PciAddress.isOne(address)) {
          var entry = read(new PciAddress(address), file);
          if (entry != null) {
            entries.put(entry.address(), entry);
          }
        }
      }
    } catch (NoSuchFileException e) {
      return entries;
    } catch (IOException e) {
      throw new HostException("can't list " + folder + ": " + e.getMessage(), e);
    }
    return entries;
  }

  private @Nullable HeldDevice read(PciAddress address, Path file) {
    try {
      var entry = JSON.readValue(Files.readAllBytes(file), Entry.class);
      unreadable.remove(file);
      return new HeldDevice(
          address,
          entry.identity(),
          entry.nativeDriver(),
          entry.formerOverride(),
          entry.partition() == null ? null : new LparId(entry.partition()),
          entry.problem());
    } catch (NoSuchFileException e) {
      return null; // Forgotten in this moment.
    } catch (IOException | RuntimeException e) {
      if (unreadable.add(file)) {
        LOG.log(Level.ERROR, "{0} can''t be read, goes on without: {1}", file, e.getMessage());
      }
      return null;
    }
  }

  void write(HeldDevice held) {
    var partition = held.partition();
    var entry =
        new Entry(
            held.identity(),
            held.nativeDriver(),
            held.formerOverride(),
            partition == null ? null : partition.text(),
            held.problem());
    try {
      Files.createDirectories(folder);
      FileTree.replace(file(held.address()), JSON.writeValueAsBytes(entry));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("entry of " + held.address() + " has no JSON form", e);
    } catch (IOException e) {
      throw new HostException("can't write " + file(held.address()) + ": " + e.getMessage(), e);
    }
  }

  void remove(PciAddress address) {
    try {
      Files.deleteIfExists(file(address));
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException e) {
      return; // Other functions are held.
    } catch (IOException e) {
      throw new HostException("can't remove " + file(address) + ": " + e.getMessage(), e);
    }
  }

  private Path file(PciAddress address) {
    return folder.resolve(address + SUFFIX);
  }
}
