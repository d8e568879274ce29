namespace RsrPlugins.EffectHost;

/// <summary>Something the person at the command line can put right; the message says what.</summary>
public sealed class HostException(string message) : Exception(message);
