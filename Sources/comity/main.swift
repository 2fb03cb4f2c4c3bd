import ArgumentParser
import ServiceLifecycle
print(1)
