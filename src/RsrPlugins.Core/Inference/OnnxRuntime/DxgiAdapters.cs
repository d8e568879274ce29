// DirectML takes an adapter by its place in DXGI's plain enumeration, where place 0 is the adapter of the main screen: on a
// laptop the slow one. So the adapter wanted (by LUID, or the high-performance one) is found first, then its place.
// Three calls of DXGI do not justify a package; they go through the COM function tables directly.
using System.Runtime.InteropServices;

namespace RsrPlugins.Core.Inference.OnnxRuntime;

/// <summary>Choice of the GPU.</summary>
internal static unsafe partial class DxgiAdapters
{
    private const int HighPerformance = 2;
    private const uint SoftwareAdapter = 2;

    // Positions in the COM function tables.
    private const int QueryInterface = 0;
    private const int Release = 2;
    private const int AdapterGetDesc1 = 10;
    private const int FactoryEnumAdapters1 = 12;
    private const int FactoryEnumAdapterByGpuPreference = 29;

    private static readonly Guid _factory1 = new("770aae78-f26f-4dba-a829-253c83d1b387");
    private static readonly Guid _factory6 = new("c1b6694f-ff09-44a9-b03c-77900a0a1d17");
    private static readonly Guid _adapter1 = new("29038f61-3839-4626-91fd-086879011a05");

    /// <summary>
    /// Adapters in the order to try them: the one with the LUID, then by performance, the highest first; software last.
    /// </summary>
    /// <returns>Each one's place in IDXGIFactory1::EnumAdapters1 and its name; at least one.</returns>
    /// <exception cref="InferenceException">This system has no DXGI or no adapter.</exception>
    public static IReadOnlyList<(int Index, string Name)> InOrder(long? luid)
    {
        nint factory = OperatingSystem.IsWindows() ? CreateFactory() : 0;
        if (factory == 0)
        {
            throw new InferenceException("No GPU: this system has no DXGI.");
        }

        try
        {
            List<Adapter> adapters = Enumerate(index => EnumAdapters1(factory, index));
            if (adapters.Count == 0)
            {
                throw new InferenceException("No GPU: DXGI lists no adapter.");
            }

            List<long> byPerformance = LuidsByPerformance(factory);
            return
            [
                .. adapters
                    .Index()
                    .OrderBy(adapter => adapter.Item.IsSoftware)
                    .ThenBy(adapter => adapter.Item.Luid != luid)
                    .ThenBy(adapter => byPerformance.IndexOf(adapter.Item.Luid) is >= 0 and var rank ? rank : int.MaxValue)
                    .Select(adapter => (adapter.Index, adapter.Item.Name)),
            ];
        }
        finally
        {
            ReleaseObject(factory);
        }
    }

    /// <summary>Empty on Windows before 1803, which has no such interface; the plain order then has to do.</summary>
    private static List<long> LuidsByPerformance(nint factory)
    {
        nint factory6 = QueryFactory6(factory);
        if (factory6 == 0)
        {
            return [];
        }

        try
        {
            return [.. Enumerate(index => EnumAdapterByGpuPreference(factory6, index)).Select(adapter => adapter.Luid)];
        }
        finally
        {
            ReleaseObject(factory6);
        }
    }

    private static List<Adapter> Enumerate(Func<uint, nint> next)
    {
        List<Adapter> adapters = new List<Adapter>();
        for (nint adapter = next(0); adapter != 0; adapter = next((uint)adapters.Count))
        {
            AdapterDescription description;
            int result = ((delegate* unmanaged<nint, AdapterDescription*, int>)Method(adapter, AdapterGetDesc1))(adapter, &description);
            ReleaseObject(adapter);
            adapters.Add(
                result < 0
                    ? new Adapter("unnamed adapter", 0, IsSoftware: true)
                    : new Adapter(new string(description.Description), description.AdapterLuid, (description.Flags & SoftwareAdapter) != 0)
            );
        }

        return adapters;
    }

    private static nint CreateFactory()
    {
        nint factory = 0;
        return CreateDXGIFactory1(_factory1, &factory) < 0 ? 0 : factory;
    }

    private static nint QueryFactory6(nint factory)
    {
        nint factory6 = 0;
        Guid id = _factory6;
        return ((delegate* unmanaged<nint, Guid*, nint*, int>)Method(factory, QueryInterface))(factory, &id, &factory6) < 0 ? 0 : factory6;
    }

    private static nint EnumAdapters1(nint factory, uint index)
    {
        nint adapter = 0;
        return ((delegate* unmanaged<nint, uint, nint*, int>)Method(factory, FactoryEnumAdapters1))(factory, index, &adapter) < 0
            ? 0
            : adapter;
    }

    private static nint EnumAdapterByGpuPreference(nint factory6, uint index)
    {
        nint adapter = 0;
        Guid id = _adapter1;
        return
            ((delegate* unmanaged<nint, uint, int, Guid*, nint*, int>)Method(factory6, FactoryEnumAdapterByGpuPreference))(
                factory6,
                index,
                HighPerformance,
                &id,
                &adapter
            ) < 0
            ? 0
            : adapter;
    }

    private static nint Method(nint instance, int position) => (*(nint**)instance)[position];

    private static void ReleaseObject(nint instance) => ((delegate* unmanaged<nint, uint>)Method(instance, Release))(instance);

    [LibraryImport("dxgi.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int CreateDXGIFactory1(in Guid id, nint* factory);

    private sealed record Adapter(string Name, long Luid, bool IsSoftware);

    /// <summary>DXGI_ADAPTER_DESC1.</summary>
    private struct AdapterDescription
    {
        public fixed char Description[128];
        public uint VendorId;
        public uint DeviceId;
        public uint SubSystemId;
        public uint Revision;
        public nuint DedicatedVideoMemory;
        public nuint DedicatedSystemMemory;
        public nuint SharedSystemMemory;
        public Luid64 AdapterLuid;
        public uint Flags;
    }

    /// <summary>LUID: two 32-bit halves, aligned to 4 bytes.</summary>
    private struct Luid64
    {
        public uint Low;
        public int High;

        public static implicit operator long(Luid64 luid) => ((long)luid.High << 32) | luid.Low;
    }
}
