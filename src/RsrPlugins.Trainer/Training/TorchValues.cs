// Reading a number out of Torch and letting go of what held it.
using System.Runtime.InteropServices;
using TorchSharp;

namespace RsrPlugins.Trainer.Training;

/// <summary>Torch's memory as .NET sees it.</summary>
internal static class TorchValues
{
    /// <summary>The values of a contiguous float tensor on the CPU, where they are; valid as long as the tensor lives.</summary>
    internal static Span<float> Of(torch.Tensor values) => MemoryMarshal.Cast<byte, float>(values.bytes);
}
