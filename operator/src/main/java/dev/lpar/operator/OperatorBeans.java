package dev.lpar.operator;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.InstantSource;

/** What the operator gets from its surroundings. */
@Singleton
public class OperatorBeans {

  @Produces
  @Singleton
  InstantSource clock() {
    return Clock.systemUTC();
  }
}
