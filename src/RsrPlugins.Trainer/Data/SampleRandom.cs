// Random choices without a state: the generator of a sample is a function of (seed, step, sample). A resumed run therefore
// sees the same crops as one that was never stopped, and however many workers share the work, the crops are the same.
namespace RsrPlugins.Trainer.Data;

/// <summary>SplitMix64 (Steele, Lea, Flood 2014) started from a hash of what the numbers are for.</summary>
internal struct SampleRandom(long seed, long step, int sample)
{
    private ulong _state = Mix(Mix(Mix((ulong)seed + 0x9E3779B97F4A7C15) ^ (ulong)step) ^ (ulong)sample);

    /// <summary>Uniform in [0, 1).</summary>
    internal double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, bound).</summary>
    internal int NextInt(int bound) => (int)((UInt128)Next() * (ulong)bound >> 64);

    private ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
