package dev.lpar.agent.host;

import dev.lpar.agent.vmexit.ExitKey;
import dev.lpar.agent.vmexit.ExitTally;
import dev.lpar.agent.vmexit.counter.CounterLayout;
import dev.lpar.agent.vmexit.counter.CounterPrograms;
import dev.lpar.agent.vmexit.counter.CounterPrograms.Attached;
import dev.lpar.agent.vmexit.counter.UnusableFormatException;
import dev.lpar.linux.BpfArray;
import dev.lpar.linux.BpfLink;
import dev.lpar.linux.BpfMap;
import dev.lpar.linux.BpfMap.Kind;
import dev.lpar.linux.BpfMap.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The counter by BPF programs on KVM's tracepoints. Tables and programs have names in the blade's
 * BPF file system: they count on while there is no agent, and the next one takes them over. Used by
 * one thread.
 */
public final class BpfExitCounter implements ExitCounter {
  private static final byte[] ONLY_KEY = new byte[4];

  private static final Shape VCPUS =
      new Shape(Kind.MAPPED_ARRAY, 4, CounterLayout.VCPU_SIZE, CounterLayout.MOST_VCPUS);

  /** Its tables, by name. */
  static final Map<String, Shape> SHAPES =
      Map.of(
          CounterLayout.VCPUS,
          VCPUS,
          CounterLayout.TALLIES,
          new Shape(
              Kind.HASH,
              CounterLayout.KEY_SIZE,
              CounterLayout.TALLY_SIZE,
              CounterLayout.MOST_TALLIES),
          CounterLayout.LOST,
          new Shape(Kind.ARRAY, 4, 8, 1),
          CounterLayout.CLASSES,
          new Shape(Kind.ARRAY, 4, CounterLayout.CLASSES_SIZE, 1));

  private final KvmTracepoints tracepoints;
  private final Path folder;
  private final Path pins;
  private final Path proc;
  private @Nullable Open open;

  /** Tables and programs at work. */
  private record Open(Map<String, BpfMap> maps, List<BpfLink> links) {
    /** What has a name goes on. */
    void close() throws IOException {
      for (var map : maps.values()) {
        map.close();
      }
      for (var link : links) {
        link.close();
      }
    }

    BpfMap map(String name) {
      var map = maps.get(name);
      if (map == null) {
        throw new IllegalStateException("no table " + name);
      }
      return map;
    }
  }

  /**
   * @param tracing tracefs, such as {@code /sys/kernel/tracing}
   * @param bpf a BPF file system, such as {@code /sys/fs/bpf}
   */
  public BpfExitCounter(Path tracing, Path bpf, Path proc) {
    this.tracepoints = new KvmTracepoints(tracing);
    this.folder = bpf.resolve("lpar");
    this.pins = pins(bpf);
    this.proc = proc;
  }

  private static Path pins(Path bpf) {
    return bpf.resolve("lpar/exits-" + CounterLayout.VERSION);
  }

  /**
   * The table of the vCPUs' last exits; the counter must be at work.
   *
   * @param bpf a BPF file system, such as {@code /sys/fs/bpf}
   */
  static BpfMap vcpus(Path bpf) throws IOException {
    return BpfMap.pinned(pins(bpf).resolve(CounterLayout.VCPUS), VCPUS)
        .orElseThrow(() -> new IOException("VM exits aren't counted in the blade's kernel"));
  }

  @Override
  public Counts read() {
    try {
      var at = open;
      if (at == null) {
        at = open();
        open = at;
      }
      return counts(at);
    } catch (IOException | UnusableFormatException e) {
      throw new HostException(String.valueOf(e.getMessage()), e);
    }
  }

  private Open open() throws IOException, UnusableFormatException {
    var programs =
        CounterPrograms.of(tracepoints.formats(CounterPrograms.NEEDED, CounterPrograms.WELCOME));
    try {
      Files.createDirectories(pins);
    } catch (IOException e) {
      throw new IOException("no BPF file system to keep the counts in: " + e.getMessage(), e);
    }
    removeOthers();
    var opened = new Open(new LinkedHashMap<>(), new ArrayList<>());
    try {
      for (var shape : SHAPES.entrySet()) {
        opened.maps.put(shape.getKey(), map(shape.getKey(), shape.getValue()));
      }
      opened.map(CounterLayout.CLASSES).put(ONLY_KEY, CounterLayout.classes());
      for (var program : programs) {
        opened.links.add(link(program, opened.maps));
      }
      return opened;
    } catch (IOException e) {
      opened.close();
      throw e;
    }
  }

  private BpfMap map(String name, Shape shape) throws IOException {
    var path = pins.resolve(name);
    var found = BpfMap.pinned(path, shape);
    if (found.isPresent()) {
      return found.get();
    }
    // There is none, or one of another shape: what writes to it isn't for the new one.
    removeAll(pins, "*-*");
    Files.deleteIfExists(path);
    var map = BpfMap.create(shape);
    map.pin(path);
    return map;
  }

  /** What an agent with another layout left: nobody reads it any more. */
  private void removeOthers() throws IOException {
    try (var layouts = Files.newDirectoryStream(folder)) {
      for (var layout : layouts) {
        if (!layout.equals(pins)) {
          removeAll(layout, "*");
          Files.delete(layout);
        }
      }
    }
  }

  private static void removeAll(Path folder, String pattern) throws IOException {
    try (var entries = Files.newDirectoryStream(folder, pattern)) {
      for (var entry : entries) {
        Files.delete(entry);
      }
    }
  }

  /**
   * The one that is there, when it is the same program; or else puts it in the place of the old.
   */
  private BpfLink link(Attached program, Map<String, BpfMap> maps) throws IOException {
    var prefix = program.tracepoint().name() + "-";
    var path = pins.resolve(prefix + program.program().fingerprint());
    var found = BpfLink.pinned(path);
    if (found.isPresent()) {
      return found.get();
    }
    removeAll(pins, prefix + "*");
    var link = BpfLink.attach(program.tracepoint().id(), program.program(), maps);
    link.pin(path);
    return link;
  }

  private Counts counts(Open at) throws IOException {
    var exits = new HashMap<Long, Map<ExitKey, ExitTally>>();
    var ended = new ArrayList<byte[]>();
    var live = new HashMap<Integer, Boolean>();
    at.map(CounterLayout.TALLIES)
        .forEach(
            (key, value) -> {
              var told = CounterLayout.key(key);
              if (live.computeIfAbsent(told.tgid(), this::lives)) {
                exits
                    .computeIfAbsent((long) told.tgid(), _ -> new HashMap<>())
                    .merge(told.exit(), CounterLayout.tally(value), ExitTally::plus);
              } else {
                ended.add(bytes(key));
              }
            });
    for (var key : ended) {
      at.map(CounterLayout.TALLIES).remove(key);
    }
    forgetThreads(at, live);
    long lost = at.map(CounterLayout.LOST).get(ONLY_KEY).map(ByteBuffer::getLong).orElse(0L);
    var costs = new ArrayList<BpfLink.Cost>();
    for (var link : at.links) {
      costs.add(link.cost());
    }
    return new Counts(exits, lost + sum(costs, BpfLink.Cost::misses), cost(costs));
  }

  /** Threads of processes that have ended. */
  private void forgetThreads(Open at, Map<Integer, Boolean> live) throws IOException {
    try (var vcpus = BpfArray.of(at.map(CounterLayout.VCPUS))) {
      for (int entry = 0; entry < vcpus.entries(); entry++) {
        long thread = vcpus.get(entry, CounterLayout.THREAD);
        if (thread != 0 && !live.computeIfAbsent(CounterLayout.tgid(thread), this::lives)) {
          // A new thread may take it from then on: all else must stay as it is.
          vcpus.set(entry, CounterLayout.THREAD, 0);
        }
      }
    }
  }

  private boolean lives(int process) {
    return Files.exists(proc.resolve(Integer.toString(process)));
  }

  private static @Nullable Cost cost(List<BpfLink.Cost> costs) {
    long runs = sum(costs, BpfLink.Cost::runs);
    return runs == 0 ? null : new Cost(runs, sum(costs, BpfLink.Cost::nanos));
  }

  private static long sum(List<BpfLink.Cost> costs, ToLongFunction<BpfLink.Cost> figure) {
    return costs.stream().mapToLong(figure).sum();
  }

  private static byte[] bytes(ByteBuffer buffer) {
    var bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
