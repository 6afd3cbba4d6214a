package dev.lpar.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What the agent is told by its environment.
 *
 * @param node name of its Node, which is that of its Blade ({@code NODE_NAME}; else the host name)
 * @param namespace where its Lease is ({@code POD_NAMESPACE})
 * @param holder its name in the Lease ({@code POD_NAME})
 * @param hostRoot the blade's root directory as it sees it ({@code LPAR_HOST_ROOT})
 * @param port of health and metrics ({@code LPAR_HTTP_PORT})
 */
record Settings(String node, String namespace, String holder, Path hostRoot, int port) {

  static Settings from(Map<String, String> environment) {
    var node = environment.getOrDefault("NODE_NAME", hostName());
    return new Settings(
        node,
        environment.getOrDefault("POD_NAMESPACE", "lpar-system"),
        environment.getOrDefault("POD_NAME", node),
        Path.of(environment.getOrDefault("LPAR_HOST_ROOT", "/")),
        Integer.parseInt(environment.getOrDefault("LPAR_HTTP_PORT", "9750")));
  }

  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return "localhost";
    }
  }
}
