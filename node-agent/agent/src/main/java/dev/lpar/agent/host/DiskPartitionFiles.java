package dev.lpar.agent.host;

import dev.lpar.agent.plan.PartitionRecord;
import dev.lpar.model.LparId;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Files under {@code /var/lib/lpar/partitions} and {@code /run/lpar}. */
public final class DiskPartitionFiles implements PartitionFiles {
  private static final System.Logger LOG = System.getLogger(DiskPartitionFiles.class.getName());
  private static final String STATE = "state.json";

  private final Path durable;
  private final Path run;
  private final Set<LparId> unreadable = ConcurrentHashMap.newKeySet();

  /**
   * @param durable kept over reboots of the blade
   * @param run gone with a reboot
   */
  public DiskPartitionFiles(Path durable, Path run) {
    this.durable = durable;
    this.run = run;
  }

  @Override
  public Map<LparId, Traces> traces() {
    var ids = new HashSet<>(ids(durable));
    var running = ids(run);
    ids.addAll(running);
    var traces = new TreeMap<LparId, Traces>();
    for (var id : ids) {
      traces.put(
          id,
          new Traces(record(id), running.contains(id), ConsoleLog.full(run.resolve(id.text()))));
    }
    return traces;
  }

  private static Set<LparId> ids(Path root) {
    var ids = new HashSet<LparId>();
    try (var entries = Files.newDirectoryStream(root)) {
      for (var entry : entries) {
        try {
          ids.add(new LparId(entry.getFileName().toString()));
        } catch (IllegalArgumentException e) {
          continue; // Not a partition's.
        }
      }
    } catch (NoSuchFileException e) {
      return ids;
    } catch (IOException e) {
      throw new HostException("can't list " + root + ": " + e.getMessage(), e);
    }
    return ids;
  }

  private @Nullable PartitionRecord record(LparId id) {
    var file = durable.resolve(id.text()).resolve(STATE);
    try {
      var record = RecordJson.read(Files.readAllBytes(file));
      unreadable.remove(id);
      return record;
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      if (unreadable.add(id)) {
        LOG.log(Level.WARNING, "{0} can''t be read, goes on without: {1}", file, e.getMessage());
      }
      return null;
    }
  }

  @Override
  public void save(PartitionRecord record) {
    var directory = durable.resolve(record.id().text());
    attempt(
        "write " + directory.resolve(STATE),
        () -> {
          if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
            FileTree.sync(durable);
          }
          FileTree.replace(directory.resolve(STATE), RecordJson.write(record));
        });
  }

  @Override
  public void rotateConsole(LparId id) {
    var directory = run.resolve(id.text());
    attempt("rotate the console log in " + directory, () -> ConsoleLog.rotate(directory));
  }

  @Override
  public void clearRunDirectory(LparId id) {
    var directory = run.resolve(id.text());
    var kept = durable.resolve(id.text());
    attempt(
        "clear " + directory,
        () -> {
          Files.createDirectories(kept);
          ConsoleLog.keep(directory, kept);
          FileTree.remove(directory);
        });
  }

  @Override
  public void remove(LparId id) {
    attempt(
        "remove the partition " + id,
        () -> {
          FileTree.remove(run.resolve(id.text()));
          FileTree.remove(durable.resolve(id.text()));
        });
  }

  private interface Act {
    void run() throws IOException;
  }

  private static void attempt(String what, Act act) {
    try {
      act.run();
    } catch (IOException e) {
      throw new HostException("can't " + what + ": " + e, e);
    }
  }
}
