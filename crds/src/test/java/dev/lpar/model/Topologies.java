package dev.lpar.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.regex.Pattern;

/** Topologies of blades, as recorded under resources/topologies. */
final class Topologies {
  private static final Pattern NODE = Pattern.compile("node (\\d+) socket (\\d+): (.*)");

  private Topologies() {}

  static CpuTopology read(String name) {
    try (InputStream in = Topologies.class.getResourceAsStream("/topologies/" + name + ".txt")) {
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CpuTopology parse(String text) {
    var nodes = new ArrayList<CpuTopology.Node>();
    var isolated = CpuSet.EMPTY;
    for (var line : text.lines().filter(l -> !l.startsWith("#")).toList()) {
      var node = NODE.matcher(line);
      if (node.matches()) {
        nodes.add(
            new CpuTopology.Node(
                Integer.parseInt(node.group(1)),
                Integer.parseInt(node.group(2)),
                Arrays.stream(node.group(3).split(" ")).map(CpuSet::parse).toList()));
      } else {
        isolated = CpuSet.parse(line.substring("isolated:".length()));
      }
    }
    return new CpuTopology(nodes, isolated);
  }
}
