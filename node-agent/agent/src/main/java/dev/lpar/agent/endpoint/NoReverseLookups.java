package dev.lpar.agent.endpoint;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolver.LookupPolicy;
import java.net.spi.InetAddressResolverProvider;
import java.util.stream.Stream;

/**
 * Asks no name server for the name of an address. The JDK's HTTPS server wants that name for each
 * new connection before the handshake, makes nothing of it, and waits for seconds where the name
 * server doesn't answer. Nothing else in the agent looks for such a name.
 */
public final class NoReverseLookups extends InetAddressResolverProvider {
  @Override
  public InetAddressResolver get(Configuration configuration) {
    var system = configuration.builtinResolver();
    return new InetAddressResolver() {
      @Override
      public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
          throws UnknownHostException {
        return system.lookupByName(host, policy);
      }

      @Override
      public String lookupByAddress(byte[] address) throws UnknownHostException {
        throw new UnknownHostException("names of addresses aren't looked up");
      }
    };
  }

  @Override
  public String name() {
    return "without reverse lookups";
  }
}
