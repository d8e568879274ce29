using Microsoft.Win32.SafeHandles;

namespace PaintDotNet.Interop;

/// <summary>Owns a COM object pointer; on other systems than Windows there is none to release.</summary>
public sealed class SafeComObject : SafeHandleZeroOrMinusOneIsInvalid
{
    public SafeComObject(nint handle, bool ownsHandle)
        : base(ownsHandle)
    {
        SetHandle(handle);
    }

    protected override bool ReleaseHandle() => true;
}
