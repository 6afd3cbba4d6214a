package dev.lpar.agent.host;

import dev.lpar.agent.plan.ObservedTrace;
import dev.lpar.agent.plan.TraceId;
import dev.lpar.agent.vmexit.tracer.TraceLayout;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Traces on the blade's disk: a directory each, with what is known of it and the records. */
public final class TraceFiles {
  private static final System.Logger LOG = System.getLogger(TraceFiles.class.getName());
  private static final String TRACE = "trace.json";
  private static final String RECORDS = "records";

  /**
   * What is left free at least, of the file system, in percent. The kubelet begins to evict pods at
   * 10 by default.
   */
  private static final int FREE_PERCENT = 15;

  private final Path folder;

  /**
   * @param folder such as {@code /var/lib/lpar/traces}
   */
  public TraceFiles(Path folder) {
    this.folder = folder;
  }

  /** Those that are there. What can't be read is removed: nobody could ask for it. */
  Map<TraceId, ObservedTrace> read() {
    var traces = new TreeMap<TraceId, ObservedTrace>();
    try (var entries = Files.newDirectoryStream(folder)) {
      for (var entry : entries) {
        try {
          var trace = TraceJson.read(Files.readAllBytes(entry.resolve(TRACE)));
          traces.put(trace.id(), trace);
        } catch (IOException e) {
          LOG.log(Level.WARNING, "a trace that can''t be read is removed: {0}", e.toString());
          FileTree.remove(entry);
        }
      }
    } catch (NoSuchFileException e) {
      return traces;
    } catch (IOException e) {
      throw new HostException("can't read the traces in " + folder + ": " + e.getMessage(), e);
    }
    return traces;
  }

  /** Notes a trace's state; durable on return. */
  void save(ObservedTrace trace) throws IOException {
    Files.createDirectories(of(trace.id()));
    FileTree.replace(of(trace.id()).resolve(TRACE), TraceJson.write(trace));
  }

  FileChannel create(TraceId trace) throws IOException {
    return FileChannel.open(
        of(trace).resolve(RECORDS),
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE);
  }

  /** How many whole records there are. */
  long records(TraceId trace) throws IOException {
    try {
      return Files.size(of(trace).resolve(RECORDS)) / TraceLayout.RECORD_SIZE;
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  /**
   * The file with the records, {@link TraceLayout#RECORD_SIZE} bytes each, in the order in which
   * the exits ended.
   */
  public Optional<Path> file(TraceId trace) {
    return Optional.of(of(trace).resolve(RECORDS)).filter(Files::isRegularFile);
  }

  void remove(TraceId trace) throws IOException {
    FileTree.remove(of(trace));
  }

  boolean low() throws IOException {
    var store = Files.getFileStore(folder);
    return store.getUsableSpace() * 100 < store.getTotalSpace() * FREE_PERCENT;
  }

  private Path of(TraceId trace) {
    return folder.resolve(trace.text());
  }
}
